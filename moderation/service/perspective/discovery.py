"""The discovery document: from it Google's client libraries learn where the service is and what it takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moderation.service.answer import Answer

_TEXT = {"type": "string"}
_FLAG = {"type": "boolean"}
_FLOAT = {"type": "number", "format": "float"}
_INTEGER = {"type": "integer", "format": "int32"}
_SCORE_TYPE = {
    "type": "string",
    "enum": ["SCORE_TYPE_UNSPECIFIED", "PROBABILITY", "STD_DEV_SCORE", "PERCENTILE", "RAW"],
}
_TEXT_TYPE = {"type": "string", "enum": ["TEXT_TYPE_UNSPECIFIED", "PLAIN_TEXT", "HTML"]}


def discovery(base_url: str) -> Answer:
    """Return the document of a service at an address, the answer to ``GET /$discovery/rest?version=v1alpha1``.

    Parameters
    ----------
    base_url
        Under which clients reach the service, with or without a slash at its end.

    Examples
    --------
    >>> import json
    >>> json.loads(discovery("http://127.0.0.1:8085").body)["rootUrl"]
    'http://127.0.0.1:8085/'
    """
    root = base_url.rstrip("/") + "/"
    return Answer.json(
        200,
        {
            "kind": "discovery#restDescription",
            "discoveryVersion": "v1",
            "id": "commentanalyzer:v1alpha1",
            "name": "commentanalyzer",
            "canonicalName": "Comment Analyzer",
            "version": "v1alpha1",
            "version_module": True,
            "revision": "20261101",
            "title": "Moderation of reader comments, in the protocol of Perspective",
            "description": "Scores reader comments for insult and spam, and says which words the scores come from.",
            "protocol": "rest",
            "rootUrl": root,
            "baseUrl": root,
            "servicePath": "",
            "basePath": "",
            "batchPath": "batch",
            "parameters": _PARAMETERS,
            "resources": {"comments": {"methods": _METHODS}},
            "schemas": _SCHEMAS,
        },
    )


def _list(of: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


def _map(of: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": of}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": name}


def _method(name: str, description: str, request: str, response: str) -> dict[str, Any]:
    path = f"v1alpha1/comments:{name}"
    return {
        "id": f"commentanalyzer.comments.{name}",
        "description": description,
        "httpMethod": "POST",
        "path": path,
        "flatPath": path,
        "parameters": {},
        "parameterOrder": [],
        "request": _ref(request),
        "response": _ref(response),
    }


def _query(description: str, **more: Any) -> dict[str, Any]:
    return {"location": "query", "description": description, "type": "string", **more}


_PARAMETERS = {
    "$.xgafv": _query("Ignored.", enum=["1", "2"]),
    "access_token": _query("Ignored."),
    "alt": _query("Only JSON is answered.", default="json", enum=["json"]),
    "callback": _query("Ignored."),
    "fields": _query("Ignored."),
    "key": _query("The key that the site gave you."),
    "oauth_token": _query("Ignored."),
    "prettyPrint": _query("Ignored.", type="boolean", default="true"),
    "quotaUser": _query("Ignored."),
    "uploadType": _query("Ignored."),
    "upload_protocol": _query("Ignored."),
}
_METHODS = {
    "analyze": _method(
        "analyze", "Scores a comment. Nothing is stored.", "AnalyzeCommentRequest", "AnalyzeCommentResponse"
    ),
    "suggestscore": _method(
        "suggestscore",
        "Stores what a person says of a comment.",
        "SuggestCommentScoreRequest",
        "SuggestCommentScoreResponse",
    ),
}
_BOTH: Mapping[str, Any] = {
    "comment": _ref("TextEntry"),
    "context": _ref("Context"),
    "languages": _list(_TEXT),
    "communityId": _TEXT,
    "clientToken": _TEXT,
    "sessionId": _TEXT,
}
_PROPERTIES: Mapping[str, Mapping[str, Any]] = {
    "AnalyzeCommentRequest": {
        **_BOTH,
        "requestedAttributes": _map(_ref("AttributeParameters")),
        "doNotStore": _FLAG,
        "spanAnnotations": _FLAG,
        "dropUnsupportedAttributes": _FLAG,
    },
    "AnalyzeCommentResponse": {
        "attributeScores": _map(_ref("AttributeScores")),
        "languages": _list(_TEXT),
        "detectedLanguages": _list(_TEXT),
        "clientToken": _TEXT,
        "modelVersion": _TEXT,
        "decision": _ref("Decision"),
        "explanations": _list(_ref("Explanation")),
    },
    "SuggestCommentScoreRequest": {**_BOTH, "attributeScores": _map(_ref("AttributeScores"))},
    "SuggestCommentScoreResponse": {
        "requestedLanguages": _list(_TEXT),
        "detectedLanguages": _list(_TEXT),
        "clientToken": _TEXT,
    },
    "ArticleAndParentComment": {"article": _ref("TextEntry"), "parentComment": _ref("TextEntry")},
    "AttributeParameters": {"scoreType": _SCORE_TYPE, "scoreThreshold": _FLOAT},
    "AttributeScores": {
        "summaryScore": _ref("Score"),
        "spanScores": _list(_ref("SpanScore")),
        "words": _list(_ref("Word")),
    },
    "Context": {"entries": _list(_ref("TextEntry")), "articleAndParentComment": _ref("ArticleAndParentComment")},
    "Decision": {"action": _TEXT, "labels": _list(_TEXT), "coverage": _FLOAT},
    "Explanation": {
        "label": _TEXT,
        "attributes": _list(_TEXT),
        "begin": _INTEGER,
        "end": _INTEGER,
        "text": _TEXT,
        "weight": _FLOAT,
        "marker": _TEXT,
        "rule": _TEXT,
        "copies": _INTEGER,
    },
    "Score": {"value": _FLOAT, "type": _SCORE_TYPE},
    "SpanScore": {"begin": _INTEGER, "end": _INTEGER, "score": _ref("Score")},
    "TextEntry": {"text": _TEXT, "type": _TEXT_TYPE},
    "Word": {"begin": _INTEGER, "end": _INTEGER, "text": _TEXT, "weight": _FLOAT},
}
_SCHEMAS = {name: {"id": name, "type": "object", "properties": members} for name, members in _PROPERTIES.items()}
