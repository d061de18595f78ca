import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider'

/** Keeps what a provider has to remember from one request to the next, such as who has logged in. */
export function openidStorage(): AdapterFactory {
  const kept = new Map<string, AdapterPayload>()

  return (model): Adapter => {
    const keyOf = (id: string) => `${model}/${id}`
    return {
      upsert(id, payload) {
        kept.set(keyOf(id), payload)
        return Promise.resolve()
      },
      find: (id) => Promise.resolve(kept.get(keyOf(id))),
      findByUid: (uid) => findBy('uid', uid),
      findByUserCode: (code) => findBy('userCode', code),
      consume(id) {
        Object.assign(kept.get(keyOf(id)) ?? {}, { consumed: true })
        return Promise.resolve()
      },
      destroy(id) {
        kept.delete(keyOf(id))
        return Promise.resolve()
      },
      revokeByGrantId(grantId) {
        for (const [key, payload] of kept) if (payload.grantId === grantId) kept.delete(key)
        return Promise.resolve()
      },
    }

    function findBy(name: 'uid' | 'userCode', value: string): Promise<AdapterPayload | undefined> {
      const found = kept.entries().find(([key, one]) => key.startsWith(keyOf('')) && one[name] === value)
      return Promise.resolve(found?.[1])
    }
  }
}
