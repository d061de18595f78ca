/** Text in upper case, letter by letter: `ß` is not `SS`, and no letter that only looks like one of ASCII becomes it. */
export function upperCase(text: string): string {
  return inCase(text, (letter) => letter.toUpperCase())
}

/** The same in lower case. */
export function lowerCase(text: string): string {
  return inCase(text, (letter) => letter.toLowerCase())
}

function inCase(text: string, cased: (text: string) => string): string {
  if (!/[^ -~]/.test(text)) return cased(text)
  return text.replaceAll(/[^]/gu, (letter) => {
    const other = cased(letter)
    const becomesAscii = letter > '~' && other <= '~'
    return other.length === letter.length && !becomesAscii ? other : letter
  })
}
