import type { Door } from '../http/door.ts'

/** `/metrics`, where it has no port of its own. What nobody may ask for, it refuses as the door beside it does. */
export function createMetricsDoor<Caller>(
  beside: Door<Caller>,
  contentType: string,
  read: (caller: Caller) => Promise<string>,
): Door<Caller> {
  return {
    ...beside,
    bodyLimit: 0,
    async enter({ method }, _, caller) {
      if (!['GET', 'HEAD'].includes(method)) return { status: 405, headers: { allow: 'GET, HEAD' }, body: '' }
      return { status: 200, headers: { 'content-type': contentType }, body: await read(caller) }
    },
  }
}
