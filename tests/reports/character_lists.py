"""Characters that the faces must have, beyond the ranges that a test can write as numbers.

Both lists are taken from the Unihan database 15.0 (kTGH; kIRG_GSource GIDC and GXM).
"""

# Of the 8,105 characters of 通用规范汉字表 (2013), those outside U+3400-4DB5 and U+4E00-9FEF.
STANDARD_BEYOND_LEVEL_1 = (
    "𠅤𠙶𠳐𡎚𡐓𣗋𣲗𣲘𣸣𤧛𤩽𤫉𥔲𥕢𥖨𥻗𦈡𦒍𦙶𦝼𦭜𦰡𧿹𨐈𨙸𨚕𨟠𨭉𨱇𨱏𨱑𨱔𨺙𩽾𩾃𩾌𪟝𪣻𪤗𪨰𪨶𪩘𪾢𫄧𫄨𫄷𫄸𫇭𫌀𫍣𫍯𫍲𫍽𫐄𫐐𫐓𫑡𫓧𫓯𫓶𫓹𫔍𫔎𫔶𫖮𫖯𫖳𫗧𫗴𫘜"
    "𫘝𫘦𫘧𫘨𫘪𫘬𫚕𫚖𫚭𫛭𫞩𫟅𫟦𫟹𫟼𫠆𫠊𫠜𫢸𫫇𫭟𫭢𫭼𫮃𫰛𫵷𫶇𫷷𫸩𬀩𬀪𬂩𬃊𬇕𬇙𬇹𬉼𬊈𬊤𬌗𬍛𬍡𬍤𬒈𬒔𬒗𬕂𬘓𬘘𬘡𬘩𬘫𬘬𬘭𬘯𬙂𬙊𬙋𬜬𬜯𬞟𬟁𬟽𬣙𬣞𬣡𬣳𬤇𬤊𬤝"
    "𬨂𬨎𬩽𬪩𬬩𬬭𬬮𬬱𬬸𬬹𬬻𬬿𬭁𬭊𬭎𬭚𬭛𬭤𬭩𬭬𬭯𬭳𬭶𬭸𬭼𬮱𬮿𬯀𬯎𬱖𬱟𬳵𬳶𬳽𬳿𬴂𬴃𬴊𬶋𬶍𬶏𬶐𬶟𬶠𬶨𬶭𬶮𬷕𬸘𬸚𬸣𬸦𬸪𬹼𬺈𬺓"
)

# Submitted by the Ministry of Public Security for personal names.
PERSONAL_NAMES = (
    "𫝋𫝦𫝧𫝨𫝪𫝴𫞅𫞠𫞢𫞧𫞷𫟇𫟑𫟠𫟢𫟤𫟥𫟫𫟬𫟭𫟳𫟴𫟵𫟶𫟷𫟸𫟻𫠁𫠂𫠅𫠋𫠏𫠡𫠫𫡥𫤬𫩑𫭙𫭛𫭽𫮌𫯮𫲻𫳁𫵳𫵶𫵺𫶔𫶚𬅄𬅱𬇵𬈐𬌙𬍕𬏂𬑹𬑺𬒃𬜬𬢇𬢎𬧏𬨊𬭙𬮢𬷼𬸁𮀎𱎪"
    "𱎫𱎿𱏆𱏩𱐄𱐴𱑱𱒊𱒝𱓁𱓣𱓽𱖅𱖌𱙂𱙄𱙅𱙆𱙇𱙏𱙐𱙑𱙒𱙗𱙛𱙝𱙟𱙠𱙣𱙥𱙭𱙮𱙰𱙷𱚅𱛍𱛜𱛝𱛞𱛟𱛨𱛷𱜥𱜪𱜸𱝜𱠒𱡼𱡾𱢁𱢂𱢍𱢏𱣄𱣋𱣏𱣞𱥵𱥷𱥼𱦋𱦜𱦷𱧛𱧜𱨳𱪢𱪩𱪪𱪭"
    "𱫜𱬏𱮳𱮵𱮺𱮽𱮾𱯂𱯄𱯆𱯋𱯜𱯥𱯨𱯩𱰋𱲋𱲮𱳯𱳵𱳾𱴉𱴜𱴠𱵨𱵿𱶌𱶜𱷾𱸀𱸍𱸾𱹊𱹕𱺘𱺟𱺭𱺯𱼇𱼸𱼺𱽏𱽑𱽘𱽙𱽜𱽥𱽨𱽫𱽱𱽼𱽾𱾖𱾗𱿚𱿾𲁕𲁖𲁗𲁘𲁨𲂂𲂄𲂇𲂈𲂊𲂕𲂦𲂼𲂾"
    "𲃇𲃉𲃫𲄚𲅎𲅗𲅥𲅦𲆔𲆭𲇑𲇕𲇖𲇭𲇮𲇯𲇰𲇱𲇲𲇴𲇵𲇸𲇺𲇽𲇾𲇿𲈀𲈁𲈂𲈃𲈅𲈇𲈋𲈌𲈎𲈏𲈑𲈒𲈓𲈔𲈕𲈗𲈚𲈛𲈜𲈝𲈞𲈡𲈷𲉄𲉅𲉆𲉊𲉩𲉶𲊖𲊨𲊼𲊿𲋎𲋐𲋧𲋪𲌄𲌅𲌈𲌊𲍑𲍙𲍸"
    "𲍺𲍻𲍽𲎀𲎄𲎮"
)
