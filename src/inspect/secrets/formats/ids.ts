/** Words before a mark and a long value that make it the name of a thing (an object, a version, a file), never what opens a door. */
export const ID_WORDS =
  'sha1 sha224 sha256 sha384 sha512 md5 commit rev revision hash etag digest checksum sum build cache img image file chunk main index layer blob tree obj object id uuid trace span req request resp msg fc rs ws run step job task event evt tx txn block node item asset bundle vendor app style test data model ckpt snapshot backup version user session order doc batch thread asst call toolu chatcmpl ftjob vs conv cmpl page release tag branch patch diff pk pub public pubkey cus pi ch in sub prod price si pm src seti cs acct container deadbeef gen ref device install client visitor anon'.split(
    ' ',
  );

/** Source of a look-ahead that refuses them. */
export const NO_ID = `(?!(?:${ID_WORDS.join('|')}|v\\d{1,3})[_-])`;
