// Shows openapi.json and sends what is filled in. Text from the service is only ever set as text.

const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

const description = await (await fetch("openapi.json")).json();

const resolve = (schema) => {
  const name = schema?.$ref?.split("/").pop();
  return name ? description.components.schemas[name] : schema;
};

// A body to begin with: examples where there are some, and an empty value of the right kind elsewhere.
const example = (given, depth = 0) => {
  const schema = resolve(given);
  if (!schema || depth > 6) return null;
  if (schema.example !== undefined) return schema.example;
  if (schema.examples?.length) return schema.examples[0];
  const one = schema.oneOf ?? schema.anyOf;
  if (one) return example(one.find((each) => each.type !== "null"), depth + 1);
  if (schema.enum) return schema.enum[0];
  const types = [schema.type].flat();
  if (types.includes("array")) return [example(schema.items, depth + 1)];
  if (schema.properties) {
    const required = schema.required ?? [];
    const members = Object.entries(schema.properties).filter(([name]) => required.includes(name));
    return Object.fromEntries(members.map(([name, each]) => [name, example(each, depth + 1)]));
  }
  if (types.includes("string")) return "";
  if (types.includes("integer") || types.includes("number")) return 0;
  if (types.includes("boolean")) return false;
  return {};
};

const show = async (place, response) => {
  const names = ["content-type", "etag", "age", "retry-after", "x-request-id"];
  const headers = names.filter((name) => response.headers.has(name));
  const lines = headers.map((name) => `${name}: ${response.headers.get(name)}`);
  let body = await response.text();
  if (response.headers.get("content-type")?.includes("json")) {
    try {
      body = JSON.stringify(JSON.parse(body), null, 2);
    } catch {
      // Shown as it came.
    }
  }
  place.textContent = [`${response.status} ${response.statusText}`, ...lines, "", body].join("\n");
};

const field = (form, title, value, note) => {
  const input = element("input", { value: value ?? "", autocomplete: "off", spellcheck: false });
  form.append(element("label", {}, title, note ? ` (${note})` : "", input));
  return input;
};

const operation = (path, method, each) => {
  const form = element("form");
  const parameters = (each.parameters ?? []).map((parameter) => ({
    ...parameter,
    input: field(form, parameter.name, parameter.example, `${parameter.in}${parameter.required ? "" : ", optional"}`),
  }));
  const [type, content] = Object.entries(each.requestBody?.content ?? {})[0] ?? [];
  let body;
  if (type) {
    const text = JSON.stringify(example(content.schema), null, 2);
    body = element("textarea", { value: text, spellcheck: false });
    form.append(element("label", {}, `body (${type})`, body));
  }
  const answer = element("pre", { hidden: true, tabIndex: 0 });
  answer.setAttribute("aria-live", "polite");
  form.append(element("button", { textContent: "Send" }), answer);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const headers = new Headers(type ? { "Content-Type": type } : {});
    const query = new URLSearchParams();
    let target = path;
    for (const { name, in: where, input } of parameters) {
      if (where === "path") target = target.replace(`{${name}}`, encodeURIComponent(input.value));
      else if (input.value && where === "query") query.set(name, input.value);
      else if (input.value && where === "header") headers.set(name, input.value);
    }
    const bearer = document.querySelector("#bearer").value;
    if (each.security && bearer) headers.set("Authorization", `Bearer ${bearer}`);
    answer.hidden = false;
    answer.textContent = "…";
    try {
      const asked = query.size ? `${target}?${query}` : target;
      await show(answer, await fetch(`.${asked}`, { method: method.toUpperCase(), headers, body: body?.value }));
    } catch (error) {
      answer.textContent = String(error);
    }
  });
  const lock = each.security ? element("span", { className: "note", textContent: " administrators" }) : "";
  return element(
    "details",
    {},
    element(
      "summary",
      {},
      element("span", { className: "method", textContent: method.toUpperCase() }),
      element("code", { textContent: path }),
      ` ${each.summary ?? ""}`,
      lock,
    ),
    form,
  );
};

const groups = new Map();
for (const [path, methods] of Object.entries(description.paths)) {
  for (const [method, each] of Object.entries(methods)) {
    if (!["get", "put", "post", "delete"].includes(method)) continue;
    const tag = each.tags?.[0] ?? "other";
    groups.set(tag, [...(groups.get(tag) ?? []), operation(path, method, each)]);
  }
}
for (const [tag, operations] of groups) {
  document.querySelector("#operations").append(element("section", {}, element("h2", { textContent: tag }), ...operations));
}
const about = document.querySelector("#about");
about.textContent = `${description.info.description ?? ""} Version ${description.info.version}. `;
about.append(element("a", { href: "openapi.json", textContent: "openapi.json" }));
