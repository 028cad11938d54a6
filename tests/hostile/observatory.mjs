// Grades sites with Mozilla's HTTP Observatory as if they were public: their names lead to this machine.
// node observatory.mjs <folder of the package> <port for 80> <port for 443> <host>...   One line of JSON for each host.
import net from "node:net";
import { pathToFileURL } from "node:url";

const [folder, plain, secure, ...hosts] = process.argv.slice(2);
const ports = new Map([[80, Number(plain)], [443, Number(secure)]]);
const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...given) {
  // Node normalises the arguments of `net.connect` into an array that carries a symbol, so it is changed in place.
  const options = Array.isArray(given[0]) ? given[0][0] : given[0];
  if (options && ports.has(Number(options.port))) {
    Object.assign(options, { port: ports.get(Number(options.port)), host: "127.0.0.1" });
  }
  return connect.apply(this, given);
};

const { scan } = await import(pathToFileURL(`${folder}/src/scanner/index.js`));
for (const host of hosts) {
  const { scan: found, tests } = await scan(host);
  const failed = Object.entries(tests).filter(([, test]) => test.pass === false).map(([name, test]) => `${name}: ${test.result}`);
  console.log(JSON.stringify({ host, grade: found.grade, score: found.score, status: found.statusCode, failed }));
}
