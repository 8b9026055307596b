// The judge's eyes, which work inside a page: what of it axe-core has to look at
// anew in another light or another width, and what it cannot but find as before.

// What the light alone can change.
export const colours = ["color-contrast", "link-in-text-block"];

// What the width can change on elements that are seen before and after: those
// rules of axe which measure boxes (two of them tell a table of data from one of
// layout by that). All others read the page's tree, and of the style only what is
// hidden: shown() tells when that has changed.
export const sizes = ["target-size", "scrollable-region-focusable", "td-headers-attr", "th-has-data-cells"];

// eyes is evaluated in a page, and sees nothing that is out here.
export function eyes() {
  const controls = "input:not([type=hidden], [type=radio], [type=checkbox]), select, textarea";
  const pictures = "img, svg, canvas, video, picture, object, iframe";
  const all = () => [...document.querySelectorAll("html, body, body *")];
  const seen = (e) => e.checkVisibility({ visibilityProperty: true, opacityProperty: true });

  // shown spells what is hidden, and how: a letter for each element.
  const shown = () => all().map((e) => {
    const box = e.getBoundingClientRect();
    return (seen(e) ? 1 : 0) + (box.width > 1 && box.height > 1 ? 2 : 0) + (box.right > 0 && box.bottom + scrollY > 0 ? 4 : 0);
  }).join("");

  // written are the boxes of an element's own text.
  const written = (e) => {
    if (e.matches(controls)) return [e.getBoundingClientRect()];
    return [...e.childNodes].filter((n) => n.nodeType === Node.TEXT_NODE && n.data.trim()).flatMap((n) => {
      const range = document.createRange();
      range.selectNodeContents(n);
      return [...range.getClientRects()];
    });
  };

  // layer spells what an element does to the colours of what lies in it, if anything.
  const layer = (e, s) => {
    const own = [s.backgroundColor, s.backgroundImage, s.opacity, s.filter, s.mixBlendMode, s.zIndex, s.backgroundClip].join();
    return own === "rgba(0, 0, 0, 0),none,1,none,normal,auto,border-box" ? "" : `${own};`;
  };

  const fills = (e, s) => e.matches(pictures) || s.backgroundImage !== "none" || !/^rgba\(.*, 0\)$/.test(s.backgroundColor);
  const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const covers = (a, b) => a.left <= b.left && a.top <= b.top && a.right >= b.right && a.bottom >= b.bottom;

  // texts names everything whose contrast can be judged by all that its contrast
  // comes from: its letters' colour, size and weight, and the layers that it lies
  // in. Where anything else is at the same place, or a layer ends under the text,
  // that is not all, and it has no name. What is folded away has no place, and gives
  // none a good name. Of letters in a drawing axe never tells what is behind them.
  function texts() {
    const layers = new Map(), filled = [], list = [];
    for (const e of all()) {
      const s = getComputedStyle(e);
      layers.set(e, (layers.get(e.parentElement) ?? "") + layer(e, s));
      if (e.matches("html, body")) continue; // their fill is behind everything
      if (fills(e, s) && seen(e)) filled.push([e, e.getBoundingClientRect()]);
      if (s.visibility !== "visible" || s.opacity === "0" || e.closest("svg")) continue;
      const boxes = written(e).filter((b) => b.width > 1 && b.height > 1); // what only listeners see is 1 px
      if (boxes.length === 0) continue;
      const ink = [s.color, s.webkitTextFillColor, s.webkitTextStroke, s.fontSize, s.fontWeight, s.textShadow].join();
      list.push({ e, boxes, name: `${ink}/${layers.get(e)}` });
    }
    for (const text of list) {
      const alone = !seen(text.e) || text.boxes.every((b) => filled.every(([f, box]) => f.contains(text.e) ? covers(box, b) : !meet(box, b)));
      if (!alone) text.name = null;
    }
    return list;
  }

  const links = "a[href], [role=link]";
  const inline = (s) => s.display.startsWith("inline") && s.display !== "inline-block";
  const letters = (e) => e.textContent.replaceAll(/\s/g, "").length;

  // bare are links in a sentence that are no more than coloured: an underline tells
  // a link from its sentence in every light.
  const bare = () => [...document.querySelectorAll(links)].filter((a) => {
    const s = getComputedStyle(a);
    if (!inline(s) || s.textDecorationLine.includes("underline")) return false;
    let around = a.parentElement;
    while (inline(getComputedStyle(around))) around = around.parentElement;
    return letters(around) > [...around.querySelectorAll(links)].reduce((sum, link) => sum + letters(link), 0);
  });

  const run = (context, values, resultTypes) => axe.run(context, { runOnly: { type: "rule", values }, resultTypes, elementRef: true });
  const told = ({ violations }) => violations.map((v) => `${v.id}: ${v.nodes.slice(0, 2).map((n) => `${n.html.slice(0, 160)} ${n.failureSummary}`).join(" | ")}`);

  // contrast has axe judge what it has not judged under the same name and found
  // good. It returns the faults, and the names of what it has found good.
  async function contrast(good) {
    const fresh = texts().filter(({ name }) => !good.has(name));
    const alike = bare(), include = [...fresh.map(({ e }) => e), ...alike];
    if (include.length === 0) return { faults: [], found: [] };
    const rules = [...(fresh.length > 0 ? ["color-contrast"] : []), ...(alike.length > 0 ? ["link-in-text-block"] : [])];
    const result = await run({ include }, rules, ["violations", "passes"]);
    const passed = new Set(result.passes.filter((r) => r.id === "color-contrast").flatMap((r) => r.nodes.map((n) => n.element)));
    return { faults: told(result), found: fresh.filter(({ e, name }) => name && seen(e) && passed.has(e)).map(({ name }) => name) };
  }

  const good = new Set();
  let before;

  // look judges the page in the light and the width that it has. The first look at
  // a page is at everything.
  async function look({ first, size, known, rules, sizes, pressed }) {
    for (const name of known) good.add(name);
    const faults = [];
    if (size) {
      const now = shown();
      faults.push(...told(await run(document, first || now !== before ? rules : sizes, ["violations"])));
      before = now;
      for (const e of document.querySelectorAll(pressed)) {
        const high = e.getBoundingClientRect().height;
        if (high > 1 && high < 43.5) faults.push(`${Math.round(high)} px high: ${e.outerHTML.slice(0, 120)}`);
      }
    }
    const { faults: pale, found } = await contrast(good);
    const wide = document.scrollingElement.scrollWidth - innerWidth;
    if (wide > 0) faults.push(`${wide} px too wide`);
    return { faults: [...faults, ...pale], found };
  }

  return { look, texts };
}
