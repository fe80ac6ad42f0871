// npm `openai`: moderations of several texts, and errors.
import OpenAI from "openai";

const { SERVER, KEY, HAM, INSULT, SPAM } = process.env;
const client = (apiKey) => new OpenAI({ baseURL: `${SERVER}/v1`, apiKey, maxRetries: 0 });
const attempt = (call) =>
  call.catch((error) => ({ error: error.constructor.name, status: error.status, code: error.code, message: error.message }));

const found = {
  several: await client(KEY).moderations.create({ input: [HAM, INSULT, SPAM] }),
  empty: await attempt(client(KEY).moderations.create({ input: [] })),
  "wrong key": await attempt(client("0123456789ab").moderations.create({ input: HAM })),
};
console.log(JSON.stringify(found));
