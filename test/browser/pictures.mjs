// Takes the six pictures of the README from the demo cell, as Moss sees it:
//
//   CELLD=path/to/celld node test/browser/pictures.mjs
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { House, launch } from "./house.mjs";

const file = (name) => fileURLToPath(new URL(`../../docs/screenshots/${name}.png`, import.meta.url));
const browser = await launch();
const house = await House.open(["-demo", "-clock", "ntp"], { browser });
const moss = await house.person("Moss");
moss.words = house.log.match(/name=Moss words="([^"]+)"/)[1];
await moss.signIn();
await moss.page.setViewportSize({ width: 390, height: 844 });

// The first link in a list leads to what is pictured: what is going on now.
const first = (list, link) => async () => {
  await moss.go(list);
  await moss.go((await moss.at(`main ${link}`).first().getAttribute("href")).replace(/\/say$/, ""));
};
const pictures = {
  home: () => moss.go("/"),
  round: first("/", 'a[href^="/r/"]'),
  fund: () => moss.go("/ledger/fund"),
  project: first("/projects", 'a.row[href^="/projects/"]'),
  meeting: first("/meetings", 'a.row[href^="/meetings/"]'),
  page: first("/commons", 'a.row[href^="/commons/"]'),
};
for (const [name, open] of Object.entries(pictures)) {
  await open();
  await moss.page.screenshot({ path: file(name) });
  execFileSync("convert", [file(name), "+dither", "-colors", "32", `PNG8:${file(name)}`]);
}
await house.close();
await browser.close();
