// npm `perspective-api-client`: knows Google's address only, and hands the whole answer through.
const Perspective = require("perspective-api-client");

const { KEY, HAM, INSULT } = process.env;
const attempt = (call) =>
  call.catch((error) => ({ error: error.name, message: error.message, data: error.response?.data }));

(async () => {
  const client = new Perspective({ apiKey: KEY });
  const found = {
    insult: await client.analyze(INSULT, { attributes: ["insult", "spam"] }),
    resource: await client.analyze({ comment: { text: INSULT }, languages: ["fr"], requestedAttributes: { TOXICITY: {} } }),
    unsupported: await attempt(client.analyze(HAM, { attributes: ["threat"] })),
    empty: await attempt(client.analyze("", { validate: false })),
    long: await attempt(client.analyze("é".repeat(10241))), // the client counts characters, the service bytes
    "wrong key": await attempt(new Perspective({ apiKey: "0123456789ab" }).analyze(HAM)),
  };
  console.log(JSON.stringify(found));
})();
