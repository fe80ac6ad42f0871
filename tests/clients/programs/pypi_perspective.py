"""PyPI `perspective`: one comment, with what the service adds to the answer."""

import json
import os

from perspective import PerspectiveAPI

api = PerspectiveAPI(os.environ["KEY"])
api.api_client.url = os.environ["SERVER"] + "/v1alpha1/{endpoint}"
found = api.analyze_comment("😀 Espèce d’abruti !", requested_attributes={"INSULT": {}, "SPAM": {}}, languages=["fr"])
print(json.dumps(found))
