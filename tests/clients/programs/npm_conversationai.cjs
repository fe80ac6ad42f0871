// npm `@conversationai/perspectiveapi-js-client`: knows Google's address only.
const { Client } = require("@conversationai/perspectiveapi-js-client");

const { KEY, HAM, INSULT, SPAM } = process.env;
const attempt = (call) => call.catch((error) => ({ error: error.name, message: error.message }));

(async () => {
  const client = new Client(KEY);
  const french = { languages: ["fr"] };
  const found = {
    spam: await client.getScores(SPAM, french), // SPAM and TOXICITY, as by default
    insult: await client.getScores(`<b>${INSULT}</b>`, { ...french, attributes: ["INSULT"] }),
    unsupported: await attempt(client.getScores(HAM, { ...french, attributes: ["THREAT"] })),
    english: await attempt(client.getScores(HAM)),
    "wrong key": await attempt(new Client("0123456789ab").getScores(HAM, french)),
  };
  console.log(JSON.stringify(found));
})();
