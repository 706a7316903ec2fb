/**
 * Builds the API reference in html/ from the docstrings of everything that the packages export, with their READMEs. An
 * export without a docstring, a type that is used but not exported, and a broken link are errors. typedoc needs
 * TypeScript's API, which TypeScript 7 does not have: it has a TypeScript of its own here, and leaves the checking of
 * types to the workspace.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { Application, Converter, MinimalSourceFile } from "typedoc";

const root = fileURLToPath(new URL("../../", import.meta.url));
const here = fileURLToPath(new URL(".", import.meta.url));
const SOURCES = "https://github.com/tsgpt/tsgpt/blob/main";

/** Every package that can be imported, and its entries by the name of the import, as package.json exports them. */
const packages = readdirSync(join(root, "packages")).flatMap((folder) => {
  const path = join(root, "packages", folder);
  const { name, exports } = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
  if (exports === undefined) return []; // a page
  const entries = Object.entries(exports).map(([key, to]) => ({
    name: name + key.slice(1),
    file: join(path, to["@tsgpt/source"]),
  }));
  return [{ name, readme: join(path, "README.md"), entries }];
});
const entries = [
  ...packages.filter(({ name }) => name !== "tsgpt"),
  ...packages.filter(({ name }) => name === "tsgpt"), // last: what it re-exports belongs to the package that declares it
].flatMap((one) => one.entries);

const app = await Application.bootstrapWithPlugins({
  name: "tsgpt",
  logLevel: "Warn",
  entryPoints: entries.map(({ file }) => file),
  tsconfig: join(here, "tsconfig.json"),
  basePath: root,
  readme: "none",
  out: join(here, "html"),
  disableGit: true,
  sourceLinkTemplate: `${SOURCES}/{path}#L{line}`,
  skipErrorChecking: true,
  validation: { notExported: true, invalidLink: true, invalidPath: true, notDocumented: true },
  requiredToBeDocumented: ["Function", "Class", "Interface", "TypeAlias", "Variable"],
});

app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
  for (const module of project.children ?? []) nameModule(project, module);
});

/** A module has the name it is imported by; a package's main one has its README. */
function nameModule(project, module) {
  const { fileName } = project.getSymbolIdFromReflection(module);
  const { name } = entries.find(({ file }) => file === fileName);
  module.name = name;
  const readme = packages.find((one) => one.name === name)?.readme;
  if (!readme) return;
  const text = readFileSync(readme, "utf8").replace(/^# .*\n/, "");
  module.readme = app.converter.parseRawComment(new MinimalSourceFile(text, readme), project.files).content;
}

/** Warnings about what is meant. */
const MEANT = [
  // the types behind an exported constant, the function of a step
  /^Step, defined in @tsgpt\/sampling\/src\/step\.ts,/,
  /^(TopP|Options), defined in @tsgpt\/sampling\/src\/steps\/top-p\.ts,/,
  // any check, which `required` wraps
  /^AnyCheck, defined in @tsgpt\/numeric\/src\/check-options\.ts,/,
  // an option of several steps is declared once, and found once for each
  /^penaltyScope has multiple declarations with a comment/,
];
for (const method of ["warn", "validationWarning"]) {
  const warn = app.logger[method].bind(app.logger);
  app.logger[method] = (message, ...where) => {
    if (!MEANT.some((meant) => meant.test(message))) warn(message, ...where);
  };
}

const project = await app.convert();
if (!project) process.exit(1);
for (const { name } of packages) {
  project.packageName = name; // typedoc validates what belongs to one package
  app.validate(project);
}
await app.generateOutputs(project);
if (app.logger.hasErrors() || app.logger.hasWarnings() || app.logger.validationWarningCount > 0) process.exitCode = 1;
else console.log(`${entries.length} modules: ${relative(process.cwd(), join(here, "html/index.html"))}`);
