import { outsideOfStrings } from '../json.ts'

/** Indentation may make this of a text, in characters, and twice as long what is longer. */
const mostIndented = 16 * 1024 * 1024

/** A value as indented JSON; on one line where many values so deep inside would make that too long. */
export function indented(value: unknown): string {
  const json = JSON.stringify(value)
  const most = Math.max(mostIndented, 2 * json.length)
  return indentedLength(json) > most ? json : `${JSON.stringify(value, null, 2)}\n`
}

/** How long a JSON text without white space is once it is indented by two characters a level. */
export function indentedLength(json: string): number {
  let length = json.length
  let level = 0
  outsideOfStrings(json, (code, at) => {
    if (code === colon) length += 1
    else if (code === comma) length += lineBreak()
    else if (isOpening(code)) {
      level += 1
      if (!isClosing(json.charCodeAt(at + 1))) length += lineBreak()
    } else if (isClosing(code)) {
      level -= 1
      if (!isOpening(json.charCodeAt(at - 1))) length += lineBreak()
    }
  })
  return length

  function lineBreak(): number {
    return 1 + 2 * level
  }
}

function isOpening(code: number): boolean {
  return code === 0x5b || code === 0x7b
}

function isClosing(code: number): boolean {
  return code === 0x5d || code === 0x7d
}

const [comma, colon] = [0x2c, 0x3a]
