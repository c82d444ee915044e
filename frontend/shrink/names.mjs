// The names by which a wasm file and its script know each other are long and carry hashes, which
// compress badly and stand in both. Here they become short, the same ones in both.
//
//   names.mjs       exports `shortened(wasm, script, keep)`

const IMPORTS = 2;
const EXPORTS = 7;

// Wasm and script with short names; names that match `keep` stay.
export function shortened(wasm, script, keep) {
  const short = new Map();
  const named = (name) => {
    if (name.length < 4 || keep.test(name)) return name;
    if (!short.has(name)) short.set(name, `$${short.size.toString(36)}`);
    return short.get(name);
  };
  const out = [wasm.subarray(0, 8)];
  for (const { id, start, end } of sections(wasm)) {
    const body = wasm.subarray(start, end);
    const rewrite = { [IMPORTS]: imports, [EXPORTS]: exports }[id];
    const written = rewrite ? rewrite(body, named) : body;
    out.push(Buffer.from([id]), unsigned(written.length), written);
  }
  const words = script.replace(/[A-Za-z_$][\w$]*/g, (word) => short.get(word) ?? word);
  return { wasm: Buffer.concat(out), script: words };
}

function* sections(wasm) {
  let at = 8;
  while (at < wasm.length) {
    const id = wasm[at];
    const [size, start] = number(wasm, at + 1);
    at = start + size;
    yield { id, start, end: at };
  }
}

// Each import is a module, a name, a kind and a type; only functions are named here.
function imports(body, named) {
  return entries(body, (at, part) => {
    const [module, from] = text(body, at);
    const [name, kind] = text(body, from);
    part.push(written(module), written(body[kind] === 0 ? named(name) : name));
    const after = descriptor(body, kind);
    part.push(body.subarray(kind, after));
    return after;
  });
}

function exports(body, named) {
  return entries(body, (at, part) => {
    const [name, kind] = text(body, at);
    const [, after] = number(body, kind + 1);
    part.push(written(named(name)), body.subarray(kind, after));
    return after;
  });
}

function entries(body, entry) {
  let [count, at] = number(body, 0);
  const part = [unsigned(count)];
  for (; count > 0; count -= 1) at = entry(at, part);
  return Buffer.concat(part);
}

// The end of what an import is: a function, a table, a memory or a global (WebAssembly, 5.5.5).
function descriptor(body, kind) {
  const limits = (at) => {
    const [, least] = number(body, at + 1);
    return body[at] & 1 ? number(body, least)[1] : least;
  };
  switch (body[kind]) {
    case 0: return number(body, kind + 1)[1];
    case 1: return limits(kind + 2);
    case 2: return limits(kind + 1);
    case 3: return kind + 3;
    default: throw new Error(`an import of kind ${body[kind]}`);
  }
}

function text(body, at) {
  const [length, start] = number(body, at);
  return [body.subarray(start, start + length).toString(), start + length];
}

function written(name) {
  const bytes = Buffer.from(name);
  return Buffer.concat([unsigned(bytes.length), bytes]);
}

// LEB128.
function number(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return [value, at];
  }
}

function unsigned(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return Buffer.from([...bytes, value]);
}
