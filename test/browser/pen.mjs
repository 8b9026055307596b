// A scene is set with a pen: the same forms, with what they hold already, are sent
// as a browser sends them and with the person's own cookies, but nobody draws the
// pages. What a story is about people do at a page; what every story needs before
// it begins (a cell, seats, a tin, a date) is done at pages in the stories of that.
const entities = { amp: "&", lt: "<", gt: ">", quot: '"' };
const plain = (html) => html.replaceAll(/<[^>]*>/g, " ").replaceAll(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi,
  (all, dec, hex, name) => dec ? String.fromCodePoint(dec) : hex ? String.fromCodePoint(parseInt(hex, 16)) : entities[name] ?? all).replaceAll(/\s+/g, " ").trim();

// attributes reads those of a tag as it stands in the page.
const attributes = (tag) => Object.fromEntries([...tag.matchAll(/([\w-]+)(?:="([^"]*)")?/g)].slice(1).map(([, name, value]) => [name, plain(value ?? "")]));

// fieldsOf are the fields of a form, with what each would send as it is; what is
// not ticked sends nothing.
function fieldsOf(html) {
  const names = new Set(), sends = new Map();
  const holds = (name, value, sent = true) => {
    names.add(name);
    if (sent) sends.set(name, value);
  };
  for (const [tag] of html.matchAll(/<input\b[^>]*>/g)) {
    const a = attributes(tag);
    if (a.name) holds(a.name, a.value ?? "on", !/radio|checkbox|file|submit/.test(a.type ?? "") || "checked" in a);
  }
  for (const [, tag, words] of html.matchAll(/(<textarea\b[^>]*>)([^]*?)<\/textarea>/g)) holds(attributes(tag).name, plain(words));
  for (const [, tag, list] of html.matchAll(/(<select\b[^>]*>)([^]*?)<\/select>/g)) {
    const options = [...list.matchAll(/(<option\b[^>]*>)([^<]*)/g)].map(([, o, words]) => ({ value: plain(words), ...attributes(o) }));
    const chosen = options.find((o) => "selected" in o) ?? options[0];
    if (chosen) holds(attributes(tag).name, chosen.value);
  }
  return { names, sends };
}

// pens are those of several people.
export const pens = (people) => people.map((p) => p.pen);

// seated founds a cell and seats everybody, as cell does at pages.
export async function seated(house, names, options = {}) {
  const people = [];
  for (const name of names) people.push(await house.person(name, options));
  const all = pens(people);
  await all[0].found("Mill Lane");
  for (const p of all.slice(1)) await p.arrive();
  for (let i = 1; i < all.length; i++) {
    await all[i - 1].go("/door");
    await all[i - 1].submit("/yes");
    await all[i].go("/join/wait");
  }
  await all[0].go("/rounds/founding");
  await all[0].submit("/rounds/founding");
  const round = all[0].path;
  for (const p of all) await p.say(round, "consent");
  if (!/class="banner done/.test(all.at(-1).html)) throw new Error(`there is no cell: ${all.at(-1).text()}`);
  return people;
}

export class Pen {
  constructor(person) { Object.assign(this, { person, name: person.name, typed: new Map() }); }

  get request() { return this.person.context.request; }

  // take is the page that came.
  async take(answer) {
    this.html = await answer.text();
    this.path = new URL(answer.url()).pathname;
    this.typed.clear();
    if (answer.status() >= 400) throw new Error(`${this.name} is told ${answer.status()} at ${answer.url()}:\n${this.text()}`);
  }

  async go(to) { await this.take(await this.request.get(new URL(to, this.person.house.url).href)); }

  text() { return plain(this.html.replace(/^[^]*<body/, "<body")); }

  forms() {
    return [...this.html.matchAll(/(<form\b[^>]*>)([^]*?)<\/form>/g)].map(([, tag, html]) => ({ ...attributes(tag), html }));
  }

  // unfold is nothing that a pen has to do.
  async unfold() {}

  async write(field, words) { this.typed.set(field, words); }

  async pick(field, value) { this.typed.set(field, value); }

  // sent sends a form with what was typed into it. It has to have every field that
  // something was typed into.
  async sent(form, what) {
    if (!form) throw new Error(`${this.name} finds no form ${what} at ${this.path}:\n${this.text()}`);
    const { names, sends } = fieldsOf(form.html);
    for (const [name, value] of this.typed) {
      if (!names.has(name)) throw new Error(`${this.name} finds no field ${name} in the form ${what} at ${this.path}`);
      sends.set(name, value);
    }
    const body = Object.fromEntries(sends), url = new URL(form.action || this.path, this.person.house.url).href;
    await this.take(await this.request.post(url, form.enctype ? { multipart: body } : { form: body }));
  }

  // send sends the one form of the page; submit the one that ends in an address.
  send() {
    const main = this.html.slice(this.html.indexOf("<main"));
    return this.sent(this.forms().find((f) => main.includes(f.html) && /<button\b[^>]*class="(?:[^"]* )?btn\b/.test(f.html)), "to send");
  }

  submit(address) { return this.sent(this.forms().find((f) => f.action?.endsWith(address)), address); }

  // sendWith sends the form that has a field.
  sendWith(field) { return this.sent(this.forms().find((f) => fieldsOf(f.html).names.has(field)), `with ${field}`); }

  has(address) { return this.forms().some((f) => f.action?.endsWith(address)); }

  readWords() {
    const [, list] = this.html.match(/class="words[^>]*>([^]*?)<\/ol>/) ?? [];
    this.person.words = [...list.matchAll(/<li\b[^>]*>([^]*?)<\/li>/g)].map(([, w]) => plain(w)).join(" ");
  }

  // say gives a voice on the round that lies open.
  async say(round, voice) {
    await this.go(`${round}/say`);
    await this.pick("voice", voice);
    await this.send();
    if (!/class="banner done/.test(this.html)) throw new Error(`nobody tells ${this.name} that the voice was heard:\n${this.text()}`);
  }

  async signIn() {
    await this.go("/in");
    await this.write("name", this.name);
    await this.write("words", this.person.words);
    await this.send();
    if (this.path === "/in" && !/class="far/.test(this.html)) throw new Error(`${this.name} is not let in: ${this.text()}`);
  }

  async found(cell) {
    await this.go("/claim");
    await this.write("code", this.person.house.claim());
    await this.send();
    this.readWords();
    await this.write("cell", cell);
    await this.write("name", this.name);
    await this.pick("written", "1");
    await this.send();
    this.person.house.door = plain(this.html.match(/id="door-code"[^>]*>([^<]*)/)[1]);
  }

  async arrive() {
    await this.go(`/join?code=${this.person.house.door}`);
    await this.write("name", this.name);
    await this.send();
    this.readWords();
    await this.pick("written", "1");
    await this.send();
  }
}
