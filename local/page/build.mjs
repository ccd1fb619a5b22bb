/** Builds the page into dist/local/page: compiles its modules, copies the rest, and uPlot from its package. */

import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const source = fileURLToPath(new URL('./', import.meta.url))
const target = fileURLToPath(new URL('../../dist/local/page/', import.meta.url))
const uplot = dirname(dirname(createRequire(import.meta.url).resolve('uplot')))

const compilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
  rewriteRelativeImportExtensions: true,
  // The package has a limit, and who reads the page's code reads its sources.
  removeComments: true,
}

function compiled(fileName, text) {
  return ts.transpileModule(text, { fileName, compilerOptions }).outputText
}

await mkdir(target, { recursive: true })
for (const name of await readdir(source)) {
  if (/\.(html|css|svg)$/.test(name)) await copyFile(join(source, name), join(target, name))
  if (!name.endsWith('.ts') || name.endsWith('.d.ts')) continue
  const text = await readFile(join(source, name), 'utf8')
  await writeFile(join(target, name.replace(/\.ts$/, '.js')), compiled(name, text))
}
const plots = await readFile(join(uplot, 'dist/uPlot.esm.js'), 'utf8')
await writeFile(join(target, 'uplot.js'), compiled('uplot.js', plots))
await copyFile(join(uplot, 'dist/uPlot.min.css'), join(target, 'uplot.css'))
await copyFile(join(uplot, 'LICENSE'), join(target, 'uplot-license.txt'))
