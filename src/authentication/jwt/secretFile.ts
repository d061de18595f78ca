import { createJwksFile } from './jwksFile.ts'

/** How often a file is looked at, in milliseconds. */
const interval = 5_000

interface SecretFileParts {
  path: string
  /** Takes the secret as it is now. */
  changed: (secret: string) => void
  report: (text: string) => void
}

/**
 * Watches a file that holds a secret: another one counts without a restart, once it was seen twice, since the first time
 * it may be half written. Returns what ends that.
 */
export function watchSecretFile({ path, changed, report }: SecretFileParts): () => void {
  const read = createJwksFile(path)
  const end = new AbortController()
  let seen = ''
  let wasRead = true
  let isLooking = false
  const timer = setInterval(() => void look(), interval).unref()
  return () => {
    clearInterval(timer)
    end.abort()
  }

  async function look(): Promise<void> {
    if (isLooking) return
    isLooking = true
    const text = await read(end.signal).then(
      (found) => found.text,
      () => '',
    )
    isLooking = false
    const isRead = text.trim() !== ''
    if (isRead && text === seen) changed(text.replace(/\r?\n$/, ''))
    else if (!isRead && wasRead)
      report('the file of its shared secret cannot be read, or is empty: the secret stays as it was')
    wasRead = isRead
    seen = text
  }
}
