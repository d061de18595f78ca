/** What an input seems to be in place of JSON in UTF-8, and what to do about it, by how it begins; null: it may be that. */
export function otherFormat(beginning: Buffer): string | null {
  const hex = beginning.toString('hex', 0, 512)
  return formats.find(([pattern]) => pattern.test(hex))?.[1] ?? null
}

const packed = (program: string) => `it seems to be packed with ${program}: unpack it first`

/** In hexadecimal. */
const formats: readonly (readonly [beginning: RegExp, what: string])[] = [
  [/^504b0[35]/, packed('zip')],
  [/^425a683/, packed('bzip2')],
  [/^fd377a585a00/, packed('xz')],
  [/^28b52ffd/, packed('zstd')],
  [/^1f8b/, 'it seems to be packed with gzip twice: unpack it once'],
  [/^.{514}7573746172/, packed('tar')],
  [
    /^53514c69746520666f726d6174203300/,
    'it seems to be an SQLite database: expected what export has written of it',
  ],
  [/^(fffe|feff|00|..00)/, 'it seems to be UTF-16: expected UTF-8'],
  // Whatever white space is in front of it.
  [/^(efbbbf)?(20|09|0a|0d)*3c/, 'it seems to be HTML or XML: expected JSON'],
]
