import { readFile } from 'node:fs/promises'

/** How often a file is looked at, in milliseconds. */
const interval = 5_000

interface SecretFileParts {
  path: string
  /** Takes the secret as it is now. */
  changed: (secret: string) => void
  report: (text: string) => void
}

/** Watches a file that holds a secret: another one counts without a restart. Returns what ends that. */
export function watchSecretFile({ path, changed, report }: SecretFileParts): () => void {
  let wasRead = true
  const timer = setInterval(() => void look(), interval).unref()
  return () => {
    clearInterval(timer)
  }

  async function look(): Promise<void> {
    const secret = await readFile(path, 'utf8').catch(() => '')
    const isRead = secret.trim() !== ''
    if (isRead) changed(secret.replace(/\r?\n$/, ''))
    else if (wasRead)
      report('the file of its shared secret cannot be read, or is empty: the secret stays as it was')
    wasRead = isRead
  }
}
