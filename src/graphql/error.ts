import { builder } from './builder.ts'

/** Every "no" that is an answer: a member of a mutation's result union. */
export const ErrorInterface = builder.interfaceRef<{ message: string }>('Error').implement({
  description: 'A failure that is an answer: a client is expected to branch on it.',
  fields: (t) => ({
    message: t.exposeString('message', {
      description: 'What happened, for whoever writes the client: users want other words.',
    }),
  }),
})

/** Defines a "no" that says nothing but its message. */
export function defineError<Name extends string>(name: Name, description: string) {
  return builder
    .objectRef<{ __typename: Name; message: string }>(name)
    .implement({ description, interfaces: [ErrorInterface] })
}
