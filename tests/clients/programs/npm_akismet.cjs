// npm `akismet`: the key in the host name, over HTTP without TLS.
const { promisify } = require("node:util");

const { KEY, HAM, INSULT, SPAM } = process.env;
const client = (apiKey) => {
  const api = require("akismet").client({ blog: "https://journal.example", apiKey });
  const call = (name) => promisify(api[name].bind(api));
  return { verify: call("verifyKey"), check: call("checkComment"), spam: call("submitSpam"), ham: call("submitHam") };
};
const comment = (comment_content) => ({ user_ip: "192.0.2.1", comment_author: "Awa", comment_content });

(async () => {
  const api = client(KEY);
  const wrong = client("0123456789ab");
  const found = {
    HAM: await api.check(comment(HAM)),
    INSULT: await api.check(comment(INSULT)),
    SPAM: await api.check(comment(SPAM)),
    keys: [await api.verify(), await wrong.verify()],
    "wrong key": await wrong.check(comment(SPAM)), // it takes all but "true" for a comment that is not spam
  };
  await api.spam(comment("Jouez 😀 ici"));
  await api.ham(comment("Jouez 😀 là"));
  console.log(JSON.stringify(found));
})();
