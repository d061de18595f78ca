import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

const formatter = join(import.meta.dirname, '../../node_modules/oxfmt/bin/oxfmt')

/** A text as `npm run format` leaves it in that file. */
export function formatted(path: string, text: string): string {
  return execFileSync(process.execPath, [formatter, `--stdin-filepath=${path}`], {
    input: text,
    encoding: 'utf8',
  })
}
