// Runs Azurite until stdin closes. The parent has the other end of that pipe, so Azurite also ends if the parent is killed. This works on
// every system, without process groups or signals.
import { createRequire } from "node:module";

if (Number(process.versions.node.split(".")[0]) < 20) {
  console.error(`Azurite needs Node 20 or later, but this is ${process.versions.node}. Install a later version.`);
  process.exit(1);
}

// Ctrl+C, a closed terminal and many supervisors signal every process of a group at once. Azurite would close while functions still run.
// So this file keeps Azurite from receiving signals. The parent writes a line when it stops; after that, only the end of stdin counts.
const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
const once = process.once.bind(process);
process.once = (event, listener) => (signals.includes(event) ? process : once(event, listener));
let parentStops = false;
process.stdin.on("data", () => (parentStops = true));
process.on("SIGINT", () => {});
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => setTimeout(() => parentStops || end(), 500));

// If the parent was killed, writing to its pipes fails. Azurite must not end before its files are written, as they contain what the app
// accepted.
process.stdout.on("error", () => {});
process.stderr.on("error", () => {});

process.stdin.resume();
process.stdin.on("error", end);
process.stdin.on("end", end);

function end() {
  // Azurite writes its files and closes when it receives this message. It listens for it after its start.
  if (!process.emit("message", "shutdown")) process.exit(0);
  setTimeout(() => process.exit(0), 5000).unref();
}

createRequire(import.meta.url)("azurite/dist/src/azurite.js");
