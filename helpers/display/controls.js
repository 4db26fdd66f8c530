// A control of controls.py: fields, buttons, and a live region for what has come of them.
// Everything is the browser's own (fieldset, radio, button, textarea), so that mouse, keyboard and
// screen reader all work as they do on any page. Nothing is drawn anew after the start: the focus
// stays where the reader is.

// Radio buttons of one name are one group on the whole page, and each control may load this file for
// itself: so names and IDs hold something that is this file's own.
const own = Math.random().toString(36).slice(2);
let count = 0;
const unique = () => `course-${own}-${count++}`;

// JupyterLab's own keys (arrows move between cells) are for other places than these. Escape goes back
// to the cell, where they work, as it does from an editor.
const FOCUSABLE = ["input", "button", "textarea"];

function element(kind, text, attributes = {}) {
  const made = document.createElement(kind);
  if (text) made.textContent = text;
  if (FOCUSABLE.includes(kind)) made.setAttribute("data-lm-suppress-shortcuts", "true");
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function choice(field, values, changed) {
  // Of "letters" only the letters are seen: question and options stand right above. They are still
  // what the group and its buttons are called.
  const letters = field.kind === "letters";
  const unseen = letters ? { class: "course-said" } : {};
  const group = element("fieldset", "", letters ? { class: "course-letters" } : {});
  group.append(element("legend", field.label, unseen));
  const name = unique();
  for (const [value, text] of Object.entries(field.options)) {
    const label = element("label");
    const radio = element("input", "", { type: "radio", name, value });
    radio.checked = value === field.value;
    radio.addEventListener("change", () => {
      values[field.name] = value;
      changed();
    });
    label.append(radio, element("span", text, unseen));
    if (letters) label.append(element("span", value, { "aria-hidden": "true" }));
    group.append(label);
  }
  return group;
}

function text(field, values, changed) {
  const lines = field.kind === "text";
  const id = unique();
  const input = element(lines ? "textarea" : "input", "", { id, spellcheck: "false" });
  input.value = field.value;
  if (lines) input.rows = Math.min(Math.max(field.value.split("\n").length, 2), 9);
  input.addEventListener("input", () => {
    values[field.name] = input.value;
    changed();
  });
  const box = element("div");
  box.append(element("label", field.label, { for: id }), input);
  const options = Object.keys(field.options);
  if (!lines && options.length) {
    const list = element("datalist", "", { id: `${id}-list` });
    for (const value of options) list.append(element("option", "", { value }));
    input.setAttribute("list", list.id);
    box.append(list);
  }
  return box;
}

function render({ model, el }) {
  const spec = model.get("spec");
  const values = {};
  for (const field of spec.fields) if (field.name) values[field.name] = field.value;
  const buttons = Object.entries(spec.buttons);
  const send = (button) => model.send({ button, values });
  let waiting;
  const changed = () => {
    if (buttons.length) return;
    clearTimeout(waiting); // Answered as one types, once the fingers rest.
    waiting = setTimeout(() => send(""), 300);
  };

  const form = element("div", "", { role: "group", "aria-label": spec.title,
    class: "course-control" });

  // Read aloud. With buttons it is not shown: what has come of a click stands beside the control, as
  // text of the notebook. Where one types and is answered at once, it stands among the fields.
  const shown = buttons.length ? "course-said" : "course-seen";
  const status = element("div", "", { role: "status", class: shown });
  const kinds = { choice, letters: choice, text, line: text };
  for (const field of spec.fields) form.append(kinds[field.kind](field, values, changed));
  const row = element("div", "", { class: "course-buttons" });
  for (const [name, words] of buttons) {
    const button = element("button", words, { type: "button" });
    button.addEventListener("click", () => send(name));
    row.append(button);
  }
  if (buttons.length) form.append(row);

  form.append(status);
  form.addEventListener("keydown", (event) => {
    const cell = event.key === "Escape" && !event.isComposing && form.closest(".jp-Cell");
    if (!cell) return;
    event.stopPropagation();
    cell.focus({ preventScroll: true });
  });
  el.append(form);

  // What is said after the region is on the page is announced; what is there already is not.
  const say = (words) => {
    status.textContent = "";
    setTimeout(() => { status.textContent = words; }, 100);
  };
  const told = () => say(model.get("said")[1]);
  model.on("change:said", told);
  say(model.get("said")[1] || spec.said);
  return () => {
    clearTimeout(waiting);
    model.off("change:said", told);
  };
}

export default { render };
