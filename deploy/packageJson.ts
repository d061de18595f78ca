// A package has a package.json without what is only for this repository: npm warns whoever installs it of `prepare`, as of a
// script that could run there. npm runs this before it packs, as `packed`, and after that, as `whole`.

import { copyFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const file = join(root, 'package.json')
const whole = join(root, 'node_modules/.package.json')

const developers = new Set(['scripts', 'devDependencies', 'allowScripts'])

function packed(): void {
  copyFileSync(file, whole)
  const content = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  const kept = Object.entries(content).filter(([name]) => !developers.has(name))
  writeFileSync(file, JSON.stringify(Object.fromEntries(kept), null, 2))
}

if (process.argv[2] === 'packed') packed()
else renameSync(whole, file)
