/** A model of a Prisma schema. */
export interface Model {
  /** As clients call it. */
  readonly name: string
  readonly key: string
  readonly fields: readonly Field[]
}

interface Field {
  readonly name: string
  /** Two values that it may have. */
  readonly samples: readonly [unknown, unknown]
  /** Whether a row can be made without it. */
  readonly optional: boolean
}

const samples: Record<string, readonly [unknown, unknown]> = {
  String: ['one', 'two'],
  Int: [1, 2],
  BigInt: [1n, 2n ** 53n],
  Boolean: [true, false],
  Json: [{ list: [1, null] }, []],
}

/** The models of a schema that has neither relations nor enums nor compound keys, as ours. */
export function modelsOf(schema: string): Model[] {
  return [...schema.matchAll(/^model (\w+) \{\n(.*?)^\}/gms)].map(([, name = '', body = '']) => {
    const fields = [...body.matchAll(/^ +(\w+) +(\w+)(\??)(.*)$/gm)]
    const key = fields.find(([, , , , attributes = '']) => /@id\b/.test(attributes))?.[1]
    if (key === undefined) throw new Error(`${name} has no key of one field`)
    return {
      name: name.charAt(0).toLowerCase() + name.slice(1),
      key,
      fields: fields.map(([, field = '', type = '', mark = '', attributes = '']) => ({
        name: field,
        samples: samplesOf(type),
        optional: mark === '?' || attributes.includes('@default'),
      })),
    }
  })
}

function samplesOf(type: string): readonly [unknown, unknown] {
  const found = samples[type]
  if (!found) throw new Error(`no values are known for the type ${type}`)
  return found
}
