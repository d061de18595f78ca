/**
 * A username in the one way of writing that all its ways share: without cases, accents, blanks beyond one between words, and what is not seen.
 * Only budgets are named so, since some realms do not tell these apart, and their users must not have one for each. Source: RFC
 * 4518, as far as it goes; Active Directory goes on with accents.
 */
export function oneName(username: string): string {
  if (/^[!-~]*$/.test(username)) return username.toLowerCase()
  return (
    username
      .normalize('NFKD')
      .replaceAll(/[\u0300-\u036F\p{Default_Ignorable_Code_Point}\p{Cf}]/gu, '')
      // A final sigma has the capital of any other.
      .toUpperCase()
      .toLowerCase()
      .normalize('NFKC')
      .replaceAll(/[\s\p{Cc}]+/gu, ' ')
      .trim()
  )
}
