// A lane plays files one after the other, in one process and in one browser:
//
//   CELLD=path/to/celld ROUTES=path/to/routes node test/browser/lane.mjs FILE...
import path from "node:path";
import { pathToFileURL } from "node:url";

for (const file of process.argv.slice(2)) await import(pathToFileURL(path.resolve(file)).href);
