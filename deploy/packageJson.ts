// A package has a package.json without what is only for this repository: npm warns whoever installs it of `prepare`, as of a
// script that could run there. npm runs this before it packs, as `packed`, and after that, as `whole`.

import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const file = join(root, 'package.json')
const whole = join(root, 'node_modules/.package.json')

const developers = new Set(['scripts', 'devDependencies', 'allowScripts'])

function packed(): void {
  const content = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  // Otherwise a pack was interrupted, and the whole one is there still.
  if ('scripts' in content) copyFileSync(file, whole)
  const kept = Object.entries(content).filter(([name]) => !developers.has(name))
  writeFileSync(file, JSON.stringify(Object.fromEntries(kept), null, 2))
}

function madeWhole(): void {
  copyFileSync(whole, file)
  rmSync(whole)
}

if (process.argv[2] === 'packed') packed()
else madeWhole()
