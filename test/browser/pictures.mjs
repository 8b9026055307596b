// Takes the six pictures of the README from the demo cell, as Moss sees it, and of
// docs/operating.md the two that a router's first evening begins with, once
// test/browser/run has fetched what drives a browser:
//
//   CELLD=path/to/celld node test/browser/pictures.mjs
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { House, launch } from "./house.mjs";

const file = (name) => fileURLToPath(new URL(`../../docs/screenshots/${name}.png`, import.meta.url));
const browser = await launch();
const house = await House.open(["-demo", "-clock", "ntp"], { browser });
const moss = await house.person("Moss");
moss.words = house.log.match(/name=Moss words="([^"]+)"/)[1];
await moss.signIn();
await moss.page.setViewportSize({ width: 390, height: 844 });

// The first link in a list leads to what is pictured: what is going on now.
const latest = (list, link) => async () => {
  await moss.go(list);
  await moss.go((await moss.at(`main ${link}`).first().getAttribute("href")).replace(/\/say$/, ""));
};
const pictures = {
  home: () => moss.go("/"),
  round: latest("/", 'a[href^="/r/"]'),
  fund: () => moss.go("/ledger/fund"),
  project: latest("/projects", 'a.row[href^="/projects/"]'),
  meeting: latest("/meetings", 'a.row[href^="/meetings/"]'),
  page: latest("/commons", 'a.row[href^="/commons/"]'),
};
async function take(name, page) {
  await page.screenshot({ path: file(name) });
  execFileSync("convert", [file(name), "+dither", "-colors", "32", `PNG8:${file(name)}`]);
}
for (const [name, open] of Object.entries(pictures)) {
  await open();
  await take(name, moss.page);
}
await house.close();

// The router is asked for by the name that it has where celld-portal leads there.
const name = "mill-lane.internal";
const first = await House.open(["-portal", "127.0.0.1:0", "-portal-name", "mill-lane", "-clock", "ntp"], { browser: {} });
const there = await launch(() => chromium.launch({
  executablePath: "/usr/bin/chromium-headless-shell",
  args: ["--no-sandbox", "--disable-gpu", `--host-resolver-rules=MAP ${name}:80 ${new URL(first.url).host}`],
}));
Object.assign(first, { browser: there, url: `http://${name}` });
const [heron, kite] = [await first.person("Heron"), await first.person("Kite")];
await heron.go("/");
await heron.page.setViewportSize({ width: 390, height: 900 });
await take("weekend/claim", heron.page);
await heron.found("Mill Lane");
await kite.arrive();
await heron.page.reload(); // which is the door's
await take("weekend/door", heron.page);
await first.close();
await there.close();
await browser.close();
