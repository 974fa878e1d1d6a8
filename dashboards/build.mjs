// Builds everything a browser receives: scripts/ and styles/ → dist/, with hashed names,
// an icon sprite of the icons in use, precompressed copies, and manifest.json mapping names to files.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");
const entries = ["scripts/site.ts", "scripts/booking.ts", "scripts/energy.ts", "scripts/savings.ts", "scripts/door.ts", "scripts/wishes.ts", "styles/main.css", "styles/door.css"];

/** Classes for minutes, hours and percents: a strict style-src forbids style attributes. */
function positions() {
  const rules = [];
  for (let hour = 0; hour <= 25; hour++) rules.push(`.h${hour}{--h:${hour}}.d${hour}{--d:${hour}}`);
  for (let minute = 0; minute < 60; minute += 5) rules.push(`.m${minute}{--m:${minute}}.e${minute}{--e:${minute}}`);
  for (let count = 1; count <= 25; count++) rules.push(`.hours-${count}{--hours:${count}}.rooms-${count}{--rooms:${count}}`);
  for (let percent = 0; percent <= 100; percent++) rules.push(`.w${percent}{--w:${percent}%}`);
  return rules.join("");
}

const generated = {
  name: "generated",
  setup(build) {
    build.onResolve({ filter: /^generated:positions$/ }, ({ path }) => ({ path, namespace: "generated" }));
    build.onLoad({ filter: /.*/, namespace: "generated" }, () => ({ contents: positions(), loader: "css" }));
  },
};

async function filesUnder(folder, suffix) {
  const found = await readdir(folder, { recursive: true });
  return found.filter((name) => name.endsWith(suffix)).map((name) => join(folder, name)).sort();
}

/** The lucide icons that templates name with icon("…"); our own lie in icons/. */
async function iconsInUse() {
  const named = new Set();
  for (const file of await filesUnder(join(here, "templates"), ".html")) {
    const text = await readFile(file, "utf8");
    for (const [, name] of text.matchAll(/icon(?:=|\()\s*["']([a-z0-9-]+)["']/g)) named.add(name);
  }
  return [...named].sort();
}

function symbol(name, svg) {
  const inner = svg.replace(/<!--.*?-->/gs, "").match(/<svg[^>]*>(.*)<\/svg>/s);
  if (!inner) throw new Error(`icons: ${name} is not an SVG`);
  return `<symbol id="${name}" viewBox="0 0 24 24">${inner[1].replace(/\s+/g, " ").trim()}</symbol>`;
}

async function sprite() {
  const own = await filesUnder(join(here, "icons"), ".svg");
  const ours = new Set(own.map((file) => basename(file, ".svg")));
  const lucide = (await iconsInUse()).filter((name) => !ours.has(name));
  const files = [...own, ...lucide.map((name) => join(here, "node_modules/lucide-static/icons", `${name}.svg`))];
  const symbols = await Promise.all(files.map(async (file) => symbol(basename(file, ".svg"), await readFile(file, "utf8"))));
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
}

async function writeHashed(name, text) {
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 8).toUpperCase();
  const file = `${basename(name, extname(name))}-${hash}${extname(name)}`;
  await writeFile(join(dist, file), text);
  return file;
}

/** Logical name → hashed file, for each entry point, font and sprite. */
async function manifest(outputs) {
  const names = {};
  for (const [path, output] of Object.entries(outputs)) {
    const file = relative(dist, join(here, path));
    if (output.entryPoint) names[basename(output.entryPoint).replace(/\.ts$/, ".js")] = file;
    else if (file.endsWith(".woff2")) names[basename(file).replace(/-[A-Z0-9]{8}\.woff2$/, ".woff2")] = file;
  }
  for (const name of ["favicon.svg"]) names[name] = await writeHashed(name, await readFile(join(here, "images", name)));
  names["sprite.svg"] = await writeHashed("sprite.svg", await sprite());
  return names;
}

async function compress() {
  for (const file of await readdir(dist)) {
    if (!/\.(js|css|svg)$/.test(file)) continue;
    const raw = await readFile(join(dist, file));
    await writeFile(join(dist, `${file}.gz`), gzipSync(raw, { level: 9 }));
    await writeFile(join(dist, `${file}.br`), brotliCompressSync(raw, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
  }
}

const options = {
  absWorkingDir: here,
  entryPoints: entries,
  outdir: "dist",
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  bundle: true,
  minify: true,
  format: "esm",
  target: ["chrome123", "firefox128", "safari17.5"],
  loader: { ".woff2": "file" },
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
  plugins: [
    generated,
    {
      name: "finish",
      setup(build) {
        build.onEnd(async ({ errors, metafile }) => {
          if (errors.length) return;
          await writeFile(join(dist, "manifest.json"), JSON.stringify(await manifest(metafile.outputs), null, 2));
          await compress();
        });
      },
    },
  ],
};

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
if (process.argv.includes("--watch")) await (await esbuild.context(options)).watch();
else await esbuild.build(options);
