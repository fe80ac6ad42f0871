// npm `@cedx/akismet`: an option for the address, the key as a field.
import { Author, Blog, Client, Comment } from "@cedx/akismet";

const { SERVER, LIMITED, LIMITED_KEY, KEY, HAM, INSULT, SPAM } = process.env;
const attempt = (call) => call.then((value) => value ?? null, (error) => ({ message: error.message }));
const client = (key, baseUrl = SERVER, isTest = false) =>
  new Client(key, new Blog({ url: "https://journal.example", languages: ["fr"] }), { baseUrl, isTest });
const comment = (content) =>
  new Comment({
    author: new Author({ ipAddress: "192.0.2.1", name: "Awa" }),
    content,
    context: ["Mali", "marché"],
    date: new Date("2026-11-22T10:00:00Z"),
  });

const api = client(KEY);
const limited = client(LIMITED_KEY, LIMITED);
const found = {
  HAM: await api.checkComment(comment(HAM)),
  INSULT: await api.checkComment(comment(INSULT)),
  SPAM: await api.checkComment(comment(SPAM)),
  keys: [await api.verifyKey(), await client("0123456789ab").verifyKey()],
  submitted: [
    await attempt(api.submitSpam(comment("Gagnez 😀 ici"))),
    await attempt(api.submitHam(comment("Gagnez 😀 là"))),
    await attempt(client(KEY, SERVER, true).submitSpam(comment("Gagnez 😀 pour voir"))),
  ],
  "wrong key": await attempt(client("0123456789ab").checkComment(comment(HAM))),
  limited: [await attempt(limited.checkComment(comment(HAM))), await attempt(limited.checkComment(comment(HAM)))],
};
console.log(JSON.stringify(found));
