import { randomBytes } from 'node:crypto'

/** 120 random bits, as base64url. Clients show it; it is no secret. */
export function newKeyId(): string {
  return randomBytes(15).toString('base64url')
}

/** Whether a text can be the id of one of our keys. */
export function isKeyId(text: string): boolean {
  return /^[\w-]{20}$/.test(text)
}

/** Whether a text is one of our keys as `Authorization: ApiKey` takes it: id and secret. */
export function isEncodedKey(text: string): boolean {
  return text.length <= 88 && /^[\w-]{20}:[\w-]{43}$/.test(Buffer.from(text, 'base64').toString())
}
