// Conditions of access rules: rows of field, comparison and value, kept as a tree in a hidden area.
(() => {
  "use strict";
  const { mount, request, refresh, element, icon, text, toast } = window.kehu;

  const option = ([value, label], chosen) => element("option", { value, selected: String(value) === String(chosen) }, label);

  /** The rows of a tree: {all: […]} and {any: […]} of leaves; anything deeper is left as it is. */
  const read = (tree) => {
    const match = tree.any ? "any" : "all";
    const leaves = tree[match] || (tree.field ? [tree] : []);
    return { match, leaves, plain: leaves.every((leaf) => leaf.field) && !tree.not };
  };

  mount("[data-condition]", (box) => {
    const store = box.querySelector("textarea");
    const kind = store.form.elements[box.dataset.of];
    let fields = [];
    let state = read(JSON.parse(store.value || "{}"));

    const write = () => {
      const leaves = state.leaves.filter((leaf) => leaf.field);
      store.value = JSON.stringify(leaves.length ? { [state.match]: leaves } : {});
      store.dispatchEvent(new Event("input", { bubbles: true }));
    };
    const fieldOf = (leaf) => fields.find((one) => one.path === leaf.field);

    const input = (leaf, field) => {
      if (!field || ["empty", "not_empty"].includes(leaf.op)) return element("span");
      const many = leaf.op === "in";
      const keep = (made) => {
        made.addEventListener("change", () => {
          leaf.value = many ? [...made.selectedOptions].map((one) => one.value) : made.value;
          const labels = made.selectedOptions ? [...made.selectedOptions].map((one) => [one.value, one.textContent]) : [];
          field.known = { ...field.known, ...Object.fromEntries(labels) };
          write();
        });
        return made;
      };
      const name = { class: "form-control", "aria-label": text("value") };
      const chosen = [leaf.value ?? []].flat().map(String);
      if (leaf.op === "preset") return keep(element("select", { ...name, class: "form-select" }, option(["", ""]), ...field.presets.map((one) => option(one, leaf.value))));
      if (field.picker) {
        const shown = chosen.filter(Boolean).map((value) => option([value, field.known?.[value] || value], value));
        return element("div", {}, keep(element("select", { class: "form-select", "data-picker": true, "data-url": field.picker, multiple: many, "aria-label": text("value") }, ...shown)));
      }
      if (many && field.options.length) {
        const boxes = field.options.map(([value]) => element("input", { type: "checkbox", class: "form-check-input", value, checked: chosen.includes(value), onchange: () => {
          leaf.value = boxes.filter((one) => one.checked).map((one) => one.value);
          write();
        } }));
        return element("div", { class: "condition-picks", role: "group", "aria-label": text("value") }, ...boxes.map((one, index) => element("label", {}, one, field.options[index][1])));
      }
      if (field.options.length) return keep(element("select", { ...name, class: "form-select" }, option(["", ""]), ...field.options.map((one) => option(one, leaf.value))));
      return keep(element("input", { ...name, type: field.kind === "date" ? "date" : "text", value: leaf.value ?? "" }));
    };

    const row = (leaf) => {
      const field = fieldOf(leaf);
      const path = element("select", { class: "form-select", "aria-label": text("add_condition") }, option(["", ""]), ...fields.map((one) => option([one.path, one.label], leaf.field)));
      path.addEventListener("change", () => {
        leaf.field = path.value;
        leaf.op = fieldOf(leaf)?.operators[0]?.[0];
        delete leaf.value;
        write();
        draw();
      });
      const compare = element("select", { class: "form-select", "aria-label": text("value") }, ...(field?.operators || []).map((one) => option(one, leaf.op)));
      compare.addEventListener("change", () => {
        leaf.op = compare.value;
        delete leaf.value;
        write();
        draw();
      });
      const remove = element("button", { class: "btn btn-quiet btn-glyph", type: "button", "aria-label": text("remove"), title: text("remove"), onclick: () => {
        state.leaves.splice(state.leaves.indexOf(leaf), 1);
        write();
        draw();
      } }, icon("x"));
      return element("div", { class: "condition-row" }, path, compare, input(leaf, field), remove);
    };

    const draw = () => {
      box.querySelector(".condition-body")?.remove();
      const body = element("div", { class: "condition-body" });
      if (!kind.value) body.append(element("p", { class: "faint" }, text("choose_records")));
      else {
        const match = element("select", { class: "form-select" }, option(["all", text("all_of")], state.match), option(["any", text("any_of")], state.match));
        match.addEventListener("change", () => { state.match = match.value; write(); });
        if (state.leaves.length > 1) body.append(element("label", { class: "condition-match" }, text("records_with"), match));
        if (!state.leaves.length) body.append(element("p", { class: "faint" }, text("every_record")));
        body.append(element("div", { class: "condition-rows" }, ...state.leaves.map(row)));
        body.append(element("button", { class: "btn btn-small", type: "button", onclick: () => { state.leaves.push({}); draw(); } }, icon("plus"), element("span", {}, text("add_condition"))));
      }
      box.append(body);
      refresh(body);
    };

    const load = async () => {
      fields = [];
      if (kind.value) {
        const known = state.leaves.filter((leaf) => leaf.field);
        const url = new URL(`${box.dataset.url}/${kind.value}`, window.location.href);
        url.searchParams.set("condition", known.length ? store.value : "{}");
        fields = await request(url).catch((problem) => { toast(problem.message, "danger"); return []; });
      }
      draw();
    };
    kind.addEventListener("change", () => {
      state = read({});
      write();
      load();
    });
    if (state.plain) load();
    else box.append(element("p", { class: "faint" }, store.value));
  });
})();
