// For Node.js: the names of Google and Akismet lead to this machine, as a newsroom's own DNS would have it.
const net = require("node:net");

const NAMES = /(\.googleapis\.com|rest\.akismet\.com)$/;
const PORTS = { 80: process.env.HTTP_PORT, 443: process.env.HTTPS_PORT };
const connect = net.Socket.prototype.connect;

net.Socket.prototype.connect = function (...given) {
  const options = Array.isArray(given[0]) ? given[0][0] : given[0];
  if (NAMES.test(options?.host)) {
    options.port = PORTS[options.port ?? 80];
    options.lookup = (name, { all }, done) =>
      all ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4);
  }
  return connect.apply(this, given);
};
