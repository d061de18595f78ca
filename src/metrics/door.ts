import type { Door } from '../http/door.ts'

/** `/metrics`, where it has no port of its own. What nobody may ask for, it refuses as the door beside it does. */
export function createMetricsDoor<Sender>(
  beside: Door<Sender>,
  contentType: string,
  read: (sender: Sender) => Promise<string>,
): Door<Sender> {
  return {
    ...beside,
    bodyLimit: 0,
    async enter({ method }, _, sender) {
      if (!['GET', 'HEAD'].includes(method)) return { status: 405, headers: { allow: 'GET, HEAD' }, body: '' }
      return { status: 200, headers: { 'content-type': contentType }, body: await read(sender) }
    },
  }
}
