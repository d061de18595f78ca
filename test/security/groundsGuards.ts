import type { Guard } from './guard.ts'

const meanwhile = 'elasticsearch/usersMeanwhile.test.ts'

/** What keeps a caller who is stopped from what it has asked for before, and what waits for a hash. */
export const groundsGuards: readonly Guard[] = [
  {
    item: 'a password that was reset stays, whatever was sent before with the old one',
    file: 'src/storage/users.ts',
    without: [
      'WHERE "username" = ${username} AND ${stand}`\n      if',
      'WHERE "username" = ${username}`\n      if',
    ],
    test: meanwhile,
    title: 'stays, however many changes with the old one are under way',
  },
  {
    item: 'no user is put by one who was disabled',
    file: 'src/storage/groundsStand.ts',
    without: ['${stands(basis, forUpdate)}', '1 = 1'],
    test: meanwhile,
    title: 'who was disabled',
  },
  {
    item: 'no user is put with a token that was invalidated',
    file: 'src/storage/groundsStand.ts',
    without: ['${isValidToken(token, forShare)}', '1 = 1'],
    test: meanwhile,
    title: 'whose token was invalidated',
  },
  {
    item: 'no user is put with an API key that was invalidated',
    file: 'src/storage/groundsStand.ts',
    without: ['AND ${isKeyValid}`', '`'],
    test: meanwhile,
    title: 'whose API key was invalidated',
  },
  {
    item: 'nothing is done by one who was disabled before the request’s turn came',
    file: 'src/http/server.ts',
    without: ['isLate ? await identify() : caller', 'isLate ? caller : caller'],
    test: 'http/parsingRoom.test.ts',
    title: 'does nothing more once it is locked out',
  },
]
