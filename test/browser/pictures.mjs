// Takes the two pictures of the README from the demo cell, as Moss sees it:
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
await moss.page.screenshot({ path: file("home") });
await moss.go(await moss.page.locator('main a[href^="/r/"]').first().getAttribute("href").then((to) => to.replace(/\/say$/, "")));
await moss.page.screenshot({ path: file("round") });
await house.close();
await browser.close();
for (const name of ["home", "round"]) execFileSync("convert", [file(name), "+dither", "-colors", "32", `PNG8:${file(name)}`]);
