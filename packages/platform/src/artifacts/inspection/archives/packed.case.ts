/** One text, packed by the tools whose format it is; in Base64. */

export const text = Array.from({ length: 200 }, (_, i) => `${(i * i) % 9973} of the weights\n`).join('');

export interface Packed {
  readonly format: 'xz' | 'lzma' | 'bzip2' | 'lz4';
  /** The command that made it. */
  readonly by: string;
  readonly bytes: Buffer;
}

const from = (...lines: readonly string[]) => Buffer.from(lines.join(''), 'base64');

export const packed: readonly Packed[] = [
  {
    format: 'xz',
    by: 'xz -6',
    bytes: from(
      '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4A9kAepdABgICmbncYO+lbnnkOz/GgmVbNIToVIrSxP0ow/y8HENCUuVdVOT8hOq4Wce9TsGRrlRIh',
      'nC1MPCaPTVtEvZFf1yDYZLiAQumJ+tBANd6M33NYlAjcmaRZn+Vfa4qOO28X/ElrDi5YRWGco+O95Rzx3lr9wvQwsRWae8Ga/CdeHge062yJWC',
      'IqLxewa5eMKd0wuUiFxF662SlLYtlTnLbr1fvJnpuLi40R185jhs/ElPEP1RX86FTDksxF1JpDItbkgcieGxaT8ggEhFAn9xTX1ai4/m9M015e',
      '1hVn3Z/HE+36+2od5V7Y66MB/XJULKr4sa86Y6+jSFxyDLs5Ad993Plxt5wfaMT1MwjA/FfG0TahV/sJhUU9CfWciAHdQv2c4haA6FbcZkUvPt',
      'gp9P/trMQyvD5lqeD1lBAeUp+C+iXNQ9z6jg9ALfFp+4p23vD6dtTRdSNC0wGA+BLI8eKcPuCnVpr39DkRCX6xubpkmfUyd96NU4yK3W+RjUUh',
      'uJYpLuoiM4Z+N/rhZLFm0CIrXC/crLr8sU46rh608Vf7VWGPjfi32vyIELggr/8lr8Vk8f+WPC9/ADsmgXCczTxhbZ0ptMlf5BtAHvvFEFj501',
      'GeLfAib6GgMmZ1ueDyKMNuh5ncMcCj8dWygAAADeex2WXn3dtQABhgTlHgAAqLolCbHEZ/sCAAAAAARZWg==',
    ),
  },
  {
    format: 'xz',
    by: 'xz -0 --block-size=1500 --check=sha256',
    bytes: from(
      '/Td6WFoAAArh+wyhAgAhAQwAAACPmEGc4AXbAQhdABgICmbncYO+lbnnkOz/GgmVbNIToVIrSxSYDbHfgDai1MwZVIMhUpUWezho3OyuoO8P1S',
      'iG9OmYPj2MfIXhehGFZcBGN5tyf8/WW/MD/r15esvFm9PHNhBA55ZfvlXV+DwqgB/pGwY9A+tR3RuipROu2LnDjRw6k+ycfVULLcuXR7+7cEJO',
      'kpvliHxhNsALXv3FqUBx8NLIu2tvo54ug0vMepSa+1Pjoub3ojlUbXq/A4LawXEADUdydP0glkcLv82+IYj2BQR5UKqX/YMfuGUPw1MFsNq6UA',
      'OVfnsxxq6J0C7+Ev5EbJ6I8XKCn4W3FWxnE0QR5Vod2TGjVwxA11zzV2dfoaakYAAJjOv6qcLDnIVEpDCz3oSoNoiu8c3Kd92DQONRHtmr7gIA',
      'IQEMAAAAj5hBnOAF2wEXXQAzCAqGw8yQr5gBgCtl7iQJPTeAQ1PLjwQxGTjy7Et/KRaeTdAMNhPm1/hI0UvcyS5py+HfAfr818VLx8Duv0LpIj',
      'X/uXEy8IhY5s7qk4OtzTz4J4Y329MJzMoWyuARvyeZVbIk37erqyi2zvrH0sXo70O7sjbWXLJGUKY1bPk6EeMvM4EuEb9ZjqRF2OQf+YgYemg1',
      'FcodlNycDF816TO+3h1pBNVk/XhN9jStYBNuJ3tooZ0Xx2sgky66n1+9MFYp33GwOxjII/Y3YcNl4GkdbluL2by0aQ9M6u3V0YMVyPF4PBWglX',
      'ZALoUUYi+wMeI1KTH0YEWn76srexbFoXEooXVHkaDRkWNcpIaNhFnUZTOzPiphIAAAAN5SMb6FEBRbU3jJHvefXtCakLXtHQZ9puXy17E3IkqX',
      'AgAhAQwAAACPmEGc4AOsALtdADOaCvABfNqt3g140NXfmR/Wlfz1sU2xnlReMvpQ/fy2CEX8sNn6xXVd+myheudpGUJaWRaYvX4k/+SiDb3HKm',
      'QfT6lg48j8AQGXlsHdxesiIUOxwacw4/t3Fe/Vd3JQc4Rh9iuExRAWjE5fV9Ckl65qpM2OJfDqhhE8qbznbbh685PuI8IJMXVLI9LEY2dfwC8R',
      'ZEbvZW38gm0Fi+68wppUPjaRh40vFGUpgy4BIui2JI1yLAVxW0jx/18AACFlIQA6pMTiw94ewERQfL1+4OND4gsORscYF2qmxFR1AAO8AtwLyw',
      'LcC+8BrQcAAPbsfXirCobKBAAAAAAKWVo=',
    ),
  },
  {
    format: 'lzma',
    by: 'xz --format=lzma',
    bytes: from(
      'XQAAgAD//////////wAYCApm53GDvpW555Ds/xoJlWzSE6FSK0sT9KMP8vBxDQlLlXVTk/ITquFnHvU7Bka5USIZwtTDwmj01bRL2RX9cg2GS4',
      'gELpifrQQDXejN9zWJQI3JmkWZ/lX2uKjjtvF/xJaw4uWEVhnKPjveUc8d5a/cL0MLEVmnvBmvwnXh4HtOtsiVgiKi8XsGuXjCndMLlIhcReut',
      'kpS2LZU5y269X7yZ6bi4uNEdfOY4bPxJTxD9UV/OhUw5LMRdSaQyLW5IHInhsWk/IIBIRQJ/cU19WouP5vTNNeXtYVZ92fxxPt+vtqHeVe2Ouj',
      'Af1yVCyq+LGvOmOvo0hccgy7OQHffdz5cbecH2jE9TMIwPxXxtE2oVf7CYVFPQn1nIgB3UL9nOIWgOhW3GZFLz7YKfT/7azEMrw+Zang9ZQQHl',
      'KfgvolzUPc+o4PQC3xafuKdt7w+nbU0XUjQtMBgPgSyPHinD7gp1aa9/Q5EQl+sbm6ZJn1MnfejVOMit1vkY1FIbiWKS7qIjOGfjf64WSxZtAi',
      'K1wv3Ky6/LFOOq4etPFX+1Vhj434t9r8iBC4IK//Ja/FZPH/ljwvfwA7JoFwnM08YW2dKbTJX+QbQB77xRBY+dNRni3wIm+hoDJmdbng8ijDbo',
      'eZ3DHApCS2Ij///YUUhe',
    ),
  },
  {
    format: 'bzip2',
    by: 'bzip2 -1',
    bytes: from(
      'QlpoMTFBWSZTWaP5W08AAZBZgAAQQAB/4APgjIBAArsdDQDBQNNDIyYg1T8IEqo0xDDU2SaYojABUkmEIAadgDAGMvtA1b1uVrYvvJmSpChJF8',
      'tnQoENsOdW4M5/WTWkWMb5bdbg2ZC1sYeqd21bp0pmM3pq4LEusWayOmSo5W2Xi0irebvDuOjFXUhnOlW0KlUe2Xu9N0PpJm++WdeRCeRCeN98',
      'VzVVZW1b1XbG16t2xXNGJf1KWX/aztWSa7OQmlZxDHm0DGFXfaxPX7Vy8ccrJWnbMPxI9FZJBPEfWe5xzOGP4IhezZ1oD0ykMxX6/TvX8TCT0Q',
      '7sYfSoi+olqYVJXowOJz2y+WFmiN8oc1NMKo3hMnVyCgRi7Yh7IiCFZuiIei/qNkcdYnh5SHwhTjN1adx8cus7bZ3HsAdzoGaa9S+rFBxC24+I',
      'bDtA+Qwjjp4+7E/AK0JPHMr71a/ro2fIbgv7zoXBuICumZbMSZTqKviDKlFsLHhd4eoPvNnDtU5muEbND+41qCQezW7U+XCjrVWqlbME9diI8Q',
      'GdOh5TnB4/q5cEvj5VBWm7zR5P2TM9lDZBD9L1X3Xp8aLJPyB43M0Q7bisU3Tv6JySptzB4971e671qmuLYxmr8ZvWOcW1FuONXxXsQnQhPwhP',
      'whOhCdCE+CE6EJsIShCaEJQhP4u5IpwoSFH8raeA',
    ),
  },
  {
    format: 'lz4',
    by: 'lz4 -9 -BD --content-size',
    bytes: from(
      'BCJNGGRAp9UDAAD8AzAgb2YgdGhlIHdlaWdodHMKMREAHDQRAB05MwAcNhIALDI1EgAdMyQAHTRIAB02awAdOI4ALjEwsgAeMiYALjQ0pQAOuA',
      'AeObkADroALjI1JgAdOEwAPjMyNPMADkwBDr4ALjQ0JgAdOEwALTUycgAtNTeYAB42vgAeNiYAHjdMAB43cgAeOJgAHjm+AC85NqIBAA4LAS4x',
      'MDIBLjExWQEfMYABAC4xMqcBLzEzzgEAHzT1AQAfNRwCAB82QwIAHzZqAgAeN5ACPzE4NEYCAA7cAi8yMEgCAB8xKAMALTIwUAA9MjMweABOMj',
      'QwMZgCDsgALzI2KAAAHzdQAAAfOHgAAB45oAAfM8gAAE8zMTM2/gIADhIDHjNAAS4zNGgBHzOQAQAuMze4AS4zOOABLjM5CAIuNDAwAh80WAIA',
      'LjQzgAIuNDSoAi40NtACLzQ33AMADx8DAC41MEYDLzUx3wMAHzPgAwAeNLsDHzXiAwAvNTcoAAAeOVAALjYweAAuNjKgAB82pQQALjY18AAuNj',
      'cYAS42OEABPzcwNYMEAA7IAC43M7gBLjc14AEuNzcIAi43OTACHzgrBgAuODKAAi84NHgGAB420AIuODj4Ah85IAMALjkySAMuOTRwAy45NpgD',
      'Lzk4wAMBDjYEHjjNAg6gAQ6vAD44NDOaBS41MnIFHjYoAA+OAgA+MTY5NgU+OTA4+gQPxAAALjM0KAAvNTf+AAAfOZYEAR4zggQvNTJuBAAOKA',
      'AfN+YEAC45Nc4DLjE4ZQEeNMgAPjQ2NigALzkx9gMADgYDTjU0MDPiAw7IAC41OSgAHzZQAAAuNjR4AB82oAAALjY5yAAfN/AAAC43NBgBHzdA',
      'AQAuNzloAR84kAEALjg1uAEfOOABAC45MAgCHzkwAgAuOTbIAB85gAICHjiZBR4zxgAOFwguMDfvBy8zNz8IAA8xAwA/OTU4XgoAD18KAB81nw',
      'cAHzV3BwAOUAA/MzQ24QIADqAAHzTIAAAuNDPwAC80N5ECAB8wPgEAPzMzNbkCAA7XBi45N5EKLjI5kQIeNhkCTjY5NTA3Bg7IAD43NjEoAC85',
      'NJECAC43OOcFHTGgAC44OcgAPjkyOecFPjYzODACDY4BHjVqAy8wNoUFAB43cQUvMTCTCgAPVwoALjIyLwoO5wY+Mjg0IQU/MjA1sgAADsYALj',
      'kz+QQeM8gATjQ2NzdAAg7IAS81NMcIAD44MDLlBC84MYsIAA4oAC85NE8IAC8zML0EAB83JwgADygHAB45KAAeODADPzkyOBgCABg4oABQZ2h0',
      'cwoAAAAAWioK0w==',
    ),
  },
];
