/**
 * Words of which a language has a closed set. A sentence keeps its build when all others are replaced: "have a nice evening" is
 * built like "have a lovely weekend", whether or not its words were ever seen.
 */
export const functionWords: ReadonlySet<string> = new Set(
  [
    // English
    'a an the this that these those my your his her its our their some any no every each another both all half either neither ' +
      'i you he she it we they me him us them myself yourself mine yours ours one ones someone somebody something anyone anybody ' +
      'anything nobody nothing everything who whom whose which what when where why how whether and or but nor so because if ' +
      'although though while since unless until than as of in on at by for with about from to into onto over under after before ' +
      'between through during without within against near behind across around up down off out away back is are was were be been ' +
      "being am do does did done doing have has had having can could will would shall should may might must let let's i'm i'd " +
      "i'll i've you're you'd you'll you've he's she's it's it'll we're we'd we'll we've they're they'd they'll they've that's " +
      "there's what's where's who's how's here's isn't aren't wasn't weren't don't doesn't didn't haven't hasn't hadn't can't " +
      "cannot couldn't won't wouldn't shouldn't not there here then too also just only very really quite still already yet again " +
      'even ever never more most less least much many few lot please yes yeah no okay ok sure maybe well oh um uh er erm hmm ' +
      'want need like going get got would go make take give tell ask put come know think said say called calling looking trying ' +
      'wondering interested supposed able have-to name number actually basically probably almost about instead except including besides beside near along towards per plus minus',
    // Vietnamese, with marks
    'tôi em anh chị mình con cháu bạn ông bà chúng bọn họ nó ai gì nào đâu sao mấy bao nhiêu và hay hoặc nhưng vì nếu thì mà nên ' +
      'để khi lúc là của cho với từ đến tới vào ở tại trong ngoài trên dưới trước sau giữa về bằng theo do bởi tuy dù rằng như hơn ' +
      'không chưa chẳng đừng đã đang sẽ vừa mới còn vẫn cứ cũng đều chỉ rất quá lắm hơi khá thật được bị phải cần muốn định tính ' +
      'nên xin hãy có những các mỗi một cái chiếc con này kia đó ấy đấy đây nhé nha ạ à ơi nhỉ chứ đi thôi rồi luôn vậy thế hả nữa ' +
      'giúp giùm dạ vâng ừ ừm ờ làm hỏi gọi đặt đi gặp tên số ngày giờ lại ra lên xuống xong hết thêm nhau cùng gửi nói bảo biết ' +
      'vẫn tầm khoảng lần bên hồi nghĩ thay chắc đứng cả',
    // and as far as they are not already there, without
    'toi chi minh chau ban ong ba chung bon ho ai gi nao dau may bao nhieu va hoac nhung vi neu thi ma nen de khi luc la cua cho voi ' +
      'tu den toi vao tai trong ngoai tren duoi truoc sau giua ve bang theo boi rang nhu hon khong chua chang dung da dang se vua moi ' +
      'con van cung deu rat qua lam hoi kha that duoc bi phai can muon dinh tinh hay co nhung cac moi mot cai chiec nay kia do ay day ' +
      'nhe nha oi nhi chu di thoi roi luon vay the ha nua giup gium vang goi dat gap ten so ngay gio lai len xuong xong het them',
  ].flatMap((list) => list.split(' ')),
);

/** Words that tell what kind: after "a" or "the" a noun still comes, after "is" none does. English only; Vietnamese puts them behind. */
export const describingWords: ReadonlySet<string> = new Set(
  (
    'big small large little tiny long short tall high low wide narrow thick thin heavy light fast slow quick early late new old young ' +
    'good bad better best worse worst nice lovely great fine beautiful wonderful terrible horrible awful strange wrong right correct ' +
    'different same similar other extra additional spare main front rear upper lower next last final previous ' +
    'current recent whole full half empty open closed free busy cheap cheaper expensive bigger smaller larger longer shorter older ' +
    'newer earlier later easy hard difficult simple hot cold warm cool wet dry clean dirty loud quiet dark bright soft red blue green ' +
    'yellow black white grey gray brown pink purple orange silver golden single double twin separate private public local national ' +
    'international personal regular special particular certain specific general possible impossible available electric digital ' +
    'online daily weekly monthly annual sick ill tired hungry sore swollen broken damaged lost missing stolen vegetarian vegan ' +
    'fresh sweet sour spicy plain medium dead alone afraid sure ready sorry happy sad angry important urgent serious real'
  ).split(' '),
);
