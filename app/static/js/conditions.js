// The builder of conditions: groups of field, comparison and value, as deep as the server reads them.
// Access rules keep their tree in a hidden area of their form; lists send it from a dialog.
(() => {
  "use strict";
  const { mount, request, refresh, element, icon, text, toast, composing } = window.kehu;

  // Groups within groups; "none of these" takes two steps of the server's eight.
  const DEEPEST = 4;
  // Relations that a path leads through.
  const HOPS = 2;
  const COUNTED = /^(last|next|older_than)_(\d+)_days$/;
  const ALONE = ["empty", "not_empty", "hidden"];

  /** A tree as what is drawn: {match, parts} for groups, leaves as they are. */
  const toNode = (tree) => {
    if (tree.field !== undefined) return { ...tree, op: tree.op || "eq" };
    if (tree.not) {
      const inner = toNode(tree.not);
      return inner.match === "any" ? { ...inner, match: "none" } : { match: "none", parts: [inner] };
    }
    const match = tree.any ? "any" : "all";
    return { match, parts: (tree[match] || []).map(toNode) };
  };
  const toTree = (node) => {
    if (!node.parts) return node.field ? { field: node.field, op: node.op, ...(hasValue(node) ? { value: node.value } : {}) } : null;
    const parts = node.parts.map(toTree).filter(Boolean);
    if (!parts.length) return null;
    const many = { [node.match === "all" ? "all" : "any"]: parts };
    const found = parts.length > 1 ? many : parts[0];
    return node.match === "none" ? { not: found } : found;
  };
  const hasValue = ({ value }) => (Array.isArray(value) ? value.some((one) => one !== "" && one !== null) : value !== undefined && value !== "" && value !== null);
  const isWhole = (leaf) => !leaf.field || ALONE.includes(leaf.op) || hasValue(leaf);
  const leavesOf = (node) => (node.parts ? node.parts.flatMap(leavesOf) : [node]);

  const option = ([value, label], chosen) => element("option", { value, selected: String(value) === String(chosen) }, label);

  /** Draws `tree` into `box`; `offer` says what it may be made of, `changed` is told of every change. */
  const build = async (box, tree, offer, changed = () => {}) => {
    const offers = new Map();
    const root = [toNode(tree)].map((node) => (node.parts ? node : { match: "all", parts: [node] }))[0];
    const labels = new Map(Object.entries(offer.known));

    const load = async (url) => {
      if (!offers.has(url)) offers.set(url, await request(url));
      return offers.get(url);
    };
    /** The fields that a path leads through: [{from, field}]; shorter than the path where it is unknown. */
    const chain = async (path, from = offer) => {
      const field = from.fields.find((one) => one.path === path) || from.fields.find((one) => one.more && path.startsWith(`${one.path}.`));
      if (!field) return [];
      if (field.path === path) return [{ from, field }];
      return [{ from, field }, ...(await chain(path.slice(field.path.length + 1), await load(field.more)))];
    };

    const draw = async (node, depth = 0, above = null) => (node.parts ? group(node, depth, above) : row(node, above));
    const remove = (above, node, drawn) => element("button", { class: "btn btn-quiet btn-glyph", type: "button", "aria-label": text("remove"), title: text("remove"), onclick: () => {
      const next = drawn().nextElementSibling?.querySelector("select, button") || drawn().parentElement.closest(".condition-group").querySelector(":scope > .condition-add > button");
      above.parts.splice(above.parts.indexOf(node), 1);
      drawn().remove();
      next?.focus();
      changed();
    } }, icon("x"));

    const group = async (node, depth, above) => {
      const match = element("select", { class: "form-select", "aria-label": text("records_with") }, ...["all", "any", "none"].map((one) => option([one, text(`${one}_of`)], node.match)));
      match.addEventListener("change", () => { node.match = match.value; changed(); });
      const parts = element("div", { class: "condition-rows", "data-empty": depth ? null : text("every_record") }, ...(await Promise.all(node.parts.map((part) => draw(part, depth + 1, node)))));
      const add = async (part) => {
        node.parts.push(part);
        const made = await draw(part, depth + 1, node);
        parts.append(made);
        refresh(made);
        made.querySelector(".condition-row select")?.focus();
        changed();
      };
      const button = (name, glyph, make) => element("button", { class: "btn btn-small", type: "button", "data-add": name, onclick: () => add(make()) }, icon(glyph), element("span", {}, text(name)));
      const adding = element("div", { class: "condition-add" }, button("add_condition", "plus", () => ({})));
      if (depth < DEEPEST) adding.append(button("add_group", "brackets-contain", () => ({ match: node.match === "any" ? "all" : "any", parts: [{}] })));
      const head = element("div", { class: "condition-match" }, element("span", {}, text(depth ? "that_meet" : "records_with")), match);
      const made = element("div", { class: "condition-group", role: "group", "aria-label": text("build_condition") }, head, parts, adding);
      if (above) head.append(remove(above, node, () => made));
      return made;
    };

    const row = async (leaf, above) => {
      const paths = element("div", { class: "condition-path" });
      const made = element("div", { class: "condition-row" }, paths, remove(above, leaf, () => made));
      let turn = 0;
      /** Draws what depends on the field; what the keyboard is in stays as it is. */
      const follow = async () => {
        const now = ++turn;
        const steps = leaf.field ? await chain(leaf.field) : [];
        const last = steps.at(-1)?.field;
        const following = last?.more && steps.length <= HOPS ? await load(last.more) : null;
        if (now !== turn) return;
        if (following && paths.children.length <= steps.length) step(following, "", text("itself"), leaf.field);
        compare(steps.map((one) => one.field));
      };
      const step = (from, chosen, first, prefix) => {
        const select = element("select", { class: "form-select", "data-step": true, "aria-label": text("field") }, option(["", first], ""), ...from.fields.map((one) => option([one.path, one.label], chosen)));
        select.addEventListener("change", () => {
          while (paths.lastChild !== select) paths.lastChild.remove();
          leaf.field = [prefix, select.value].filter(Boolean).join(".");
          delete leaf.op;
          delete leaf.value;
          follow().catch((problem) => toast(problem.message, "danger"));
          changed();
        });
        paths.append(select);
      };
      const compare = (fields) => {
        made.querySelectorAll("[data-compare], [data-value]").forEach((old) => old.remove());
        const field = fields.at(-1);
        if (!field) return;
        leaf.op ??= offer.operators[field.kind][0][0];
        const select = element("select", { class: "form-select", "data-compare": true, "aria-label": text("comparison") }, ...offer.operators[field.kind].map((one) => option(one, leaf.op)));
        select.addEventListener("change", () => {
          leaf.op = select.value;
          delete leaf.value;
          made.querySelector("[data-value]").replaceWith(value(leaf, field));
          refresh(made);
          changed();
        });
        paths.after(select, value(leaf, field));
        refresh(made);
      };
      const steps = leaf.field ? await chain(leaf.field) : [];
      if (leaf.field && !steps.length) paths.append(element("code", {}, leaf.field));
      else step(offer, steps[0]?.field.path, text("choose_field"), "");
      for (const [index, { field }] of steps.slice(0, -1).entries()) {
        const prefix = steps.slice(0, index + 1).map((one) => one.field.path).join(".");
        step(await load(field.more), steps[index + 1].field.path, text("itself"), prefix);
      }
      await follow();
      return made;
    };

    const value = (leaf, field) => {
      const set = (given) => { leaf.value = given; made.classList.remove("missing"); changed(); };
      const made = element("div", { class: "condition-value", "data-value": true });
      const chosen = [leaf.value ?? []].flat().map((one) => String(one ?? ""));
      const input = (given, give, label = "value") => {
        const type = field.kind === "date" ? "date" : "text";
        return element("input", { class: "form-control", type, inputmode: field.kind === "number" ? "decimal" : null, autocomplete: "off", value: given ?? "", "aria-label": text(label), oninput: (event) => give(event.target.value.trim()) });
      };
      if (ALONE.includes(leaf.op)) return made;
      if (leaf.op === "preset") made.append(...span(leaf, set));
      else if (leaf.op === "between") {
        const bounds = [chosen[0] || null, chosen[1] || null];
        const bound = (index, label) => input(bounds[index], (given) => { bounds[index] = given || null; set([...bounds]); }, label);
        made.append(bound(0, "from"), element("span", { class: "faint" }, "–"), bound(1, "to"));
      } else if (field.kind === "flag") made.append(single(field, leaf, set));
      else if (field.picker || field.kind === "choice" || field.kind === "relation") made.append(...several(leaf, field, chosen, set));
      else if (leaf.op === "in") made.append(input(chosen.join(", "), (given) => set(given.split(/[,，、]/).map((one) => one.trim()).filter(Boolean))));
      else made.append(input(chosen[0], set));
      return made;
    };
    const single = (field, leaf, set) => element("select", { class: "form-select", "aria-label": text("value"), onchange: (event) => set(event.target.value) }, option(["", ""], leaf.value), ...field.options.map((one) => option(one, leaf.value)));

    /** A span of days by its name, or "the last … days" and the like with a number. */
    const span = (leaf, set) => {
      const named = offer.presets.some(([code]) => code === leaf.value);
      const counted = named ? null : COUNTED.exec(leaf.value || "");
      const count = element("input", { class: "form-control number", type: "number", min: 1, max: 99999, value: counted?.[2] || 7, "aria-label": text("number_of_days"), hidden: !counted });
      const select = element("select", { class: "form-select", "aria-label": text("value") }, option(["", ""], leaf.value), ...offer.presets.map((one) => option(one, leaf.value)), ...offer.counted.map((one) => option(one, counted?.[1])));
      const give = () => {
        const isCounted = offer.counted.some(([which]) => which === select.value);
        count.hidden = !isCounted;
        set(isCounted ? (count.value && `${select.value}_${count.value}_days`) : select.value);
      };
      select.addEventListener("change", give);
      count.addEventListener("input", give);
      return [select, count];
    };

    /** Boxes for what is always offered, and a search for the rest. */
    const several = (leaf, field, chosen, set) => {
      const found = [];
      const boxes = field.options.map(([one]) => element("input", { type: "checkbox", class: "form-check-input", value: one, checked: chosen.includes(one) }));
      const picker = field.picker && element("select", { class: "form-select", "data-picker": true, "data-url": field.picker, multiple: true, "aria-label": text("value") });
      const give = () => set([...boxes.filter((one) => one.checked), ...(picker ? picker.selectedOptions : [])].map((one) => one.value));
      if (boxes.length) found.push(element("div", { class: "condition-picks", role: "group", "aria-label": text("value"), onchange: give }, ...boxes.map((one, index) => element("label", {}, one, field.options[index][1]))));
      if (picker) {
        const known = { ...labels.get(leaf.field) };
        for (const one of chosen.filter((each) => each && !field.options.some(([word]) => word === each))) picker.append(option([one, known[one] || one], one));
        picker.addEventListener("change", () => {
          for (const one of picker.selectedOptions) known[one.value] = one.textContent;
          labels.set(leaf.field, known);
          give();
        });
        found.push(element("div", { class: "condition-picker" }, picker));
      }
      return found;
    };

    box.querySelector(".condition-body")?.remove();
    const body = element("div", { class: "condition-body" }, await draw(root));
    box.append(body);
    refresh(body);
    return {
      tree: () => toTree(root) || {},
      /** Takes whoever left a comparison without a value to it; is there one? */
      missing: () => {
        const open = leavesOf(root).findIndex((leaf) => !isWhole(leaf));
        if (open < 0) return false;
        const where = body.querySelectorAll(".condition-row")[open].querySelector("[data-value]");
        where.classList.add("missing");
        where.querySelector("input, select")?.focus();
        toast(text("value_missing"), "warning");
        return true;
      },
      focus: () => (body.querySelector(".condition-row select") || body.querySelector("[data-add]")).focus(),
    };
  };

  // access rules -------------------------------------------------------------------
  mount("[data-condition]", (box) => {
    const store = box.querySelector("textarea");
    const kind = store.form.elements[box.dataset.of];
    let built = null;
    const show = async () => {
      built = null;
      if (!kind.value) {
        box.querySelector(".condition-body")?.remove();
        box.append(element("p", { class: "condition-body faint" }, text("choose_records")));
        return;
      }
      const url = new URL(`${box.dataset.url}/${kind.value}`, window.location.href);
      url.searchParams.set("condition", store.value || "{}");
      try {
        const offer = await request(url);
        built = await build(box, offer.tree, offer, () => {
          store.value = JSON.stringify(built.tree());
          store.dispatchEvent(new Event("input", { bubbles: true }));
        });
      } catch (problem) {
        toast(problem.message, "danger");
      }
    };
    kind.addEventListener("change", () => {
      store.value = "{}";
      store.dispatchEvent(new Event("input", { bubbles: true }));
      show();
    });
    store.form.addEventListener("submit", (event) => {
      if (built?.missing()) {
        event.preventDefault();
        event.stopImmediatePropagation();
      }
    }, true);
    show();
  });

  // lists --------------------------------------------------------------------------
  /** The dialog that narrows the list: opened with everything that narrows it now. */
  const open = async () => {
    const base = document.getElementById("list-page").dataset.list;
    const here = new URL(window.location.href);
    const offer = await request(`${base}filters/fields${here.search}`);
    const box = element("div", { class: "dialog-body" }, element("h2", { id: "builder-title" }, text("build_condition")));
    const form = element("form", {}, box, element("div", { class: "dialog-actions" },
      element("button", { class: "btn", type: "button", onclick: () => dialog.close() }, text("cancel")),
      element("button", { class: "btn btn-primary", type: "submit" }, text("apply"))));
    const dialog = element("dialog", { class: "wide builder", "aria-labelledby": "builder-title" }, form);
    const start = Object.keys(offer.tree).length ? offer.tree : { all: [{ field: "" }] };
    const built = await build(box, start, offer);
    // Enter belongs to the input method while it composes.
    form.addEventListener("keydown", (event) => {
      if (!composing(event)) return;
      event.stopPropagation();
      if (event.key === "Enter") event.preventDefault();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (built.missing()) return;
      const url = new URL(`${base}filters/build`, here);
      for (const [name, given] of here.searchParams) {
        if (!name.startsWith("f.") && !["where", "page", "after", "before"].includes(name)) url.searchParams.append(name, given);
      }
      url.searchParams.set("tree", JSON.stringify(built.tree()));
      dialog.close();
      window.kehu.list.visit(url.pathname + url.search);
    });
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
    refresh(dialog);
    built.focus();
  };
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-build]")) return;
    const menu = document.getElementById("filter-open");
    if (menu) window.tabler.bootstrap.Dropdown.getOrCreateInstance(menu).hide();
    open().catch((problem) => toast(problem.message, "danger"));
  });
})();
