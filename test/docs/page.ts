import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

export const root = join(import.meta.dirname, '../..')

/** A fenced block of a page. */
export interface Block {
  /** What stands behind its fence, such as `sh`. */
  readonly kind: string
  readonly text: string
  /** What stands between the block before and this one. */
  readonly prose: string
  /** Its page and line, for messages. */
  readonly place: string
  /** The file that its first line, a comment with nothing else, names: it is that file. */
  readonly file: string | undefined
}

/** The blocks of a page, by its path from the repository's folder, in order. */
export async function readPage(path: string): Promise<readonly Block[]> {
  const page = await readFile(resolve(root, path), 'utf8')
  let end = 0
  return [...page.matchAll(/^( *)```(\w*)\n(.*?)^\1```$/gms)].map((match) => {
    const [whole, indent = '', kind = '', indented = ''] = match
    const text = indented.replaceAll(new RegExp(`^${indent}`, 'gm'), '')
    const prose = page.slice(end, match.index)
    end = match.index + whole.length
    const place = `${path}:${page.slice(0, match.index).split('\n').length}`
    return { kind, text, prose, place, file: /^(?:#|\/\/) ([\w-][\w.-]*\.\w+)\n/.exec(text)?.[1] }
  })
}
