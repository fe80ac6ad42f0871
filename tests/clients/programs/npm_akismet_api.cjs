// npm `akismet-api`, Coral's: the key in the host name; Coral cannot give it another address.
const { AkismetClient } = require("akismet-api");

const { KEY, HAM, INSULT, SPAM } = process.env;
const attempt = (call) => call.catch((error) => ({ message: error.message, status: error.status }));
const client = (key) => new AkismetClient({ key, blog: "https://journal.example", lang: "fr" });
const comment = (content, more) => ({ ip: "192.0.2.1", useragent: "a browser", type: "reply", name: "Awa", content, ...more });

(async () => {
  const api = client(KEY);
  const wrong = client("0123456789ab");
  const found = {
    HAM: await api.checkSpam(comment(HAM)),
    INSULT: await api.checkSpam(comment(INSULT)),
    SPAM: await api.checkSpam(comment(SPAM)),
    administrator: await api.checkSpam(comment(SPAM, { role: "administrator" })),
    trap: await api.checkSpam(comment(HAM, { honeypot: "filled in by a program" })),
    keys: [await api.verifyKey(), await wrong.verifyKey()],
    submitted: [
      (await api.submitSpam(comment("Cliquez 😀 ici"))).text,
      (await api.submitHam(comment("Cliquez 😀 là"))).text,
    ],
    "wrong key": await attempt(wrong.checkSpam(comment(HAM))),
  };
  console.log(JSON.stringify(found));
})();
