// npm `googleapis`: the API as our discovery document describes it.
const { google } = require("googleapis");

const { SERVER, KEY, HAM, INSULT } = process.env;

(async () => {
  const api = await google.discoverAPI(`${SERVER}/$discovery/rest?version=v1alpha1`);
  const analyze = (text, attribute, key = KEY) =>
    api.comments
      .analyze({ key, requestBody: { comment: { text }, languages: ["fr"], requestedAttributes: { [attribute]: {} } } })
      .then(({ data }) => data)
      .catch((error) => ({ message: error.message, status: error.status, data: error.response?.data }));
  const suggestion = { comment: { text: INSULT }, attributeScores: { INSULT: { summaryScore: { value: 1 } } } };
  const found = {
    insult: await analyze(INSULT, "INSULT"),
    empty: await analyze("", "INSULT"),
    unsupported: await analyze(HAM, "THREAT"),
    "wrong key": await analyze(HAM, "INSULT", "0123456789ab"),
    suggested: (await api.comments.suggestscore({ key: KEY, requestBody: { ...suggestion, clientToken: "c-4" } })).data,
  };
  console.log(JSON.stringify(found));
})();
