/** Why the operating system refused something: the reason given for the error's code, and the code; or the code alone. */
export function systemReason(error: unknown, reasons: Readonly<Record<string, string>>): string {
  const { code = 'unknown reason' } = error as NodeJS.ErrnoException
  const reason = reasons[code]
  return reason ? `${reason} (${code})` : code
}

/** Why a file cannot be read. */
export function reasonUnread(error: unknown): string {
  return systemReason(error, unread)
}

const unread = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of its path is not a folder',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not read it',
}

/** Why a file cannot be made, or written. */
export function reasonUnwritten(error: unknown): string {
  return systemReason(error, unwritten)
}

const unwritten = {
  EEXIST: 'it is there already',
  ENOENT: 'its folder is not there',
  ENOTDIR: 'a part of its path is not a folder',
  EISDIR: 'it is a folder',
  EACCES: 'it may not be written',
}
