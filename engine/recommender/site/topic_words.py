"""Words of the topics, in English and Chinese: what titles and searches of the simulated site are made of."""

ENGLISH = """
Cooking | do
spicy|smoky|tangy|vegan|homemade|festive|cheap|classic|rustic|perfect|golden|summer
dumplings|paella|ramen|biryani|tacos|flatbread|lentil soup|jollof rice|kimchi stew|hummus|curry|fried rice|pancakes|mooncakes
Kitchen|Wok|Table|Pantry|Spices|Supper
recipe|dumplings|easy dinner|air fryer|street food|vegan|noodles|baking
Football | see
great|classic|late|bold|historic|perfect|rare|clever|brave|sudden|decisive|amateur
free kicks|headers|dribbles|penalties|counters|tackles|volleys|corners|comebacks|derby goals|saves|long shots|one-twos|nutmegs
Touchline|Goal|Kickoff|Stands|Derby|Pitch
highlights|free kick|world cup|goalkeeper|league|transfer|training drill|penalty
Chess | learn
sharp|quiet|classic|modern|daring|solid|hidden|elegant|brutal|simple|famous|tricky
openings|endgames|gambits|sacrifices|forks|pins|rook endings|pawn storms|checkmates|defences|traps|blitz games|puzzles|king hunts
Board|Gambit|Rook|Endgame|Knight|Chess Club
sicilian|endgame|checkmate|blitz|chess puzzle|gambit|world champion|chess opening
Garden | do
tiny|wild|urban|organic|early|winter|hardy|shady|balcony|fragrant|giant|native
tomatoes|roses|herbs|bonsai|chillies|bamboo|orchids|hedges|ferns|lotus ponds|pumpkins|fruit trees|tulips|succulents
Garden|Greenhouse|Seeds|Roots|Orchard|Balcony
tomato|pruning|compost|bonsai|indoor plants|seedlings|roses|raised bed
Space | see
distant|bright|strange|young|dying|twin|giant|faint|lonely|silent|ancient|nearby
galaxies|comets|nebulae|exoplanets|supernovae|black holes|moons|asteroids|pulsars|auroras|meteors|clusters|quasars|star systems
Orbit|Telescope|Night Sky|Observatory|Starlight|Comet
black hole|telescope|mars|eclipse|galaxy|rocket launch|meteor shower|moon
Music | do
slow|jazzy|gentle|bright|funky|baroque|acoustic|dreamy|upbeat|vintage|soulful|classic
guitar riffs|piano solos|drum grooves|violin tunes|erhu tunes|cello tunes|sitar ragas|bass lines|choir pieces|kora songs|flute airs|lullabies|samba beats|love songs
Strings|Studio|Rhythm|Chords|Melody|Stage
guitar chords|piano|drum solo|cover song|violin|live concert|jazz|singing
Travel | see
quiet|hidden|sunny|rainy|remote|ancient|lively|misty|coastal|snowy|scenic|charming
markets|old towns|beaches|night trains|tea houses|temples|bus rides|islands|trails|ferry trips|rooftops|villages|canals|harbours
Backpack|Passport|Miles|Detour|Window Seat|Map
cheap flights|night market|visa|hostel|train trip|beach|packing list|old town
History | learn
lost|early|royal|ancient|medieval|secret|imperial|great|everyday|desert|rival|curious
maps|trade routes|castles|coins|scripts|voyages|calendars|bridges|libraries|letters|festivals|inventions|city walls|legends
Archive|Chronicle|Museum|Timeline|Scroll|Dynasty
silk road|rome|dynasty|documentary|world war|pyramid|archaeology|middle ages
Gaming | see
hard|retro|cosy|secret|perfect|funny|clumsy|epic|co-op|solo|strange|pixel
boss fights|speedruns|puzzles|farm builds|races|maps|dungeons|levels|city builds|glitches|duels|quests|card decks|platformers
Arcade|Console|Respawn|Pixels|Quest|Joystick
speedrun|walkthrough|boss fight|retro game|co-op|new release|mods|esports
Maths | learn
simple|elegant|visual|hard|ancient|curious|famous|short|playful|infinite|modern|daily
proofs|primes|fractions|knots|equations|fractals|paradoxes|integrals|matrices|graphs|tilings|sequences|riddles|limits
Blackboard|Theorem|Numbers|Proof|Geometry|Chalk
calculus|fractions|geometry|probability|prime numbers|exam prep|algebra|matrix
Animals | see
sleepy|tiny|wild|clever|rescued|curious|shy|young|playful|hungry|rare|noisy
otters|pandas|kittens|puppies|elephants|penguins|parrots|octopuses|foxes|hedgehogs|whales|camels|lemurs|owls
Paws|Wildlife|Burrow|Nest|Safari|Aquarium
cat video|puppy|panda|birds|wildlife|aquarium|funny animals|rescue
Crafts | do
wooden|paper|bamboo|rustic|tiny|painted|simple|folding|recycled|carved|festive|glowing
lamps|bowls|toys|baskets|boxes|masks|kites|stools|puppets|clocks|lanterns|frames|shelves|jewellery
Workshop|Bench|Thread|Glue|Chisel|Origami
origami|knitting|woodworking|pottery|paper lantern|sewing|gift ideas|leather
Dance | do
slow|fast|joyful|elegant|sharp|graceful|modern|classic|festive|wild|gentle|easy
salsa steps|tango turns|waltz moves|street dance|folk dances|fan dances|ballet jumps|samba steps|tap rhythms|lion dances|flamenco|swing moves|bhangra|line dances
Dance Floor|Footwork|Spin|Tempo|Barre|Sneakers
dance tutorial|salsa|ballet|hip-hop|square dance|choreography|wedding dance|kids dance
Photos | learn
moody|sharp|candid|golden|grainy|dramatic|minimal|vivid|honest|soft|bold|vintage
portraits|landscapes|street shots|night skies|close-ups|film scans|reflections|silhouettes|panoramas|still lifes|shadows|sunsets|bird photos|timelapses
Darkroom|Lens|Shutter|Aperture|Exposure|Viewfinder
camera|portrait|lens test|editing|night photo|film camera|drone|composition
Coding | learn
tiny|fast|clean|clever|robust|simple|lazy|modern|parallel|readable|portable|useful
compilers|databases|web apps|parsers|sorting code|chatbots|game engines|scripts|web servers|caches|queues|loops|type systems|test suites
Terminal|Compiler|Stack|Keyboard|Debugger|Commit
coding tutorial|debugging|web app|database|algorithm|open source|command line|machine learning
Fitness | do
gentle|morning|evening|tough|holiday|park|outdoor|beginner|mindful|balanced|daily|family
yoga|stretches|push-ups|tai chi|breathing|squats|planks|jogging|core drills|back care|skipping|qigong|pilates|cool-downs
Mat|Breath|Stretch|Balance|Gym|Sunrise
yoga|back pain|home workout|stretching|running plan|tai chi|meditation|abs
"""

CHINESE = """
美食 | do
香辣|烟熏|酸辣|纯素|自制|节日|省钱|经典|乡村|完美|金黄|夏日
饺子|海鲜饭|拉面|印度香饭|塔可|烤饼|扁豆汤|西非炖饭|泡菜汤|鹰嘴豆泥|咖喱|炒饭|煎饼|月饼
厨房|铁锅|餐桌|食堂|香料铺|晚餐
菜谱|饺子|快手晚餐|空气炸锅|街头小吃|素食|面条|烘焙
足球 | see
精彩|经典|补时|大胆|历史|完美|罕见|巧妙|勇猛|闪电|关键|业余
任意球|头球|盘带|点球|反击|抢断|凌空抽射|角球|逆转|德比进球|扑救|远射|二过一|穿裆
边线|进球|开球|看台|德比|绿茵
集锦|任意球|世界杯|守门员|联赛|转会|训练方法|点球
国际象棋 | learn
尖锐|安静|经典|现代|大胆|稳健|隐蔽|优雅|凶猛|简明|著名|刁钻
开局|残局|弃兵|弃子|双击|牵制|车残局|兵群冲锋|将杀|防御|陷阱|快棋对局|习题|追王
棋盘|弃兵|战车|残局|骑士|棋社
西西里防御|残局|将杀|快棋|象棋习题|弃兵|世界冠军|国象开局
园艺 | do
迷你|野生|城市|有机|早春|冬季|耐寒|耐阴|阳台|芳香|巨型|本土
番茄|玫瑰|香草|盆景|辣椒|竹子|兰花|绿篱|蕨类|荷花池|南瓜|果树|郁金香|多肉
花园|温室|种子|根须|果园|阳台
番茄|修剪|堆肥|盆景|室内植物|育苗|玫瑰|种植箱
天文 | see
遥远|明亮|奇异|年轻|垂死|成双|巨型|暗淡|孤独|寂静|古老|邻近
星系|彗星|星云|系外行星|超新星|黑洞|卫星|小行星|脉冲星|极光|流星|星团|类星体|恒星系统
轨道|望远镜|夜空|天文台|星光|彗星
黑洞|望远镜|火星|日食|星系|火箭发射|流星雨|月球
音乐 | do
慢速|爵士|轻柔|明快|放克|巴洛克|原声|梦幻|欢快|复古|深情|经典
吉他乐句|钢琴独奏|鼓点|小提琴曲|二胡曲|大提琴曲|西塔琴曲|贝斯线|合唱曲|科拉琴曲|长笛曲|摇篮曲|桑巴节奏|情歌
琴弦|录音室|节奏|和弦|旋律|舞台
吉他和弦|钢琴|架子鼓独奏|翻唱|小提琴|现场演唱会|爵士乐|唱歌
旅行 | see
安静|隐秘|晴日|雨中|偏远|古老|热闹|雾中|海滨|雪中|如画|迷人
集市|古城|海滩|夜行列车|茶馆|寺庙|巴士之旅|岛屿|步道|渡轮之旅|天台|村庄|运河|港口
背包|护照|万里|绕路|靠窗座|地图
特价机票|夜市|签证|青年旅舍|火车旅行|海滩|行李清单|古城
历史 | learn
失落|早期|王室|古代|中世纪|秘密|帝国|伟大|日常|沙漠|对立|奇特
地图|商路|城堡|钱币|文字|航海|历法|桥梁|藏书|书信|节庆|发明|城墙|传说
档案|编年史|博物馆|时间线|卷轴|王朝
丝绸之路|罗马|王朝|纪录片|世界大战|金字塔|考古|中世纪
电子游戏 | see
高难|复古|治愈|隐藏|完美|搞笑|手残|史诗|双人|单人|离奇|像素
首领战|速通|解谜|农场建造|竞速|地图|地牢|关卡|城市建造|漏洞|对决|任务|卡组|平台跳跃
街机厅|主机|重生|像素|任务|摇杆
速通|攻略|首领战|怀旧游戏|双人游戏|新作|模组|电竞
数学 | learn
简单|优雅|图解|高难|古老|奇妙|著名|简短|趣味|无穷|现代|每日
证明|素数|分数|纽结|方程|分形|悖论|积分|矩阵|函数图|密铺|数列|谜题|极限
黑板|定理|数字|证明|几何|粉笔
微积分|分数|几何|概率|素数|备考|代数|矩阵
动物 | see
犯困|迷你|野生|聪明|获救|好奇|害羞|年幼|顽皮|贪吃|稀有|吵闹
水獭|熊猫|小猫|小狗|大象|企鹅|鹦鹉|章鱼|狐狸|刺猬|鲸鱼|骆驼|狐猴|猫头鹰
爪印|野生世界|洞穴|小窝|草原|水族馆
猫咪视频|小狗|熊猫|鸟类|野生动物|水族箱|搞笑动物|救助
手工 | do
木制|纸质|竹制|质朴|迷你|彩绘|简易|折叠|环保|雕花|节日|发光
台灯|碗|玩具|篮子|盒子|面具|风筝|凳子|玩偶|时钟|灯笼|画框|置物架|首饰
工坊|工作台|针线|胶水|凿子|折纸
折纸|编织|木工|陶艺|纸灯笼|缝纫|礼物创意|皮具
舞蹈 | do
慢速|快速|欢乐|优雅|利落|柔美|现代|经典|节日|狂野|轻柔|简单
莎莎舞步|探戈旋转|华尔兹|街舞|民族舞|扇子舞|芭蕾跳跃|桑巴舞步|踢踏舞|舞狮|弗拉门戈|摇摆舞|彭戈拉舞|排舞
舞池|舞步|旋转|节拍|把杆|舞鞋
舞蹈教学|莎莎舞|芭蕾|嘻哈舞|广场舞|编舞|婚礼舞蹈|少儿舞蹈
摄影 | learn
氛围|锐利|抓拍|金色|颗粒|戏剧|极简|鲜艳|真实|柔和|大胆|复古
人像|风光|街拍|夜空|特写|胶片扫描|倒影|剪影|全景|静物|光影|日落|鸟类照片|延时摄影
暗房|镜头|快门|光圈|曝光|取景框
相机|人像|镜头评测|修图|夜景拍摄|胶片相机|航拍|构图
编程 | learn
小巧|快速|整洁|巧妙|稳健|简单|惰性|现代|并行|易读|可移植|实用
编译器|数据库|网页应用|解析器|排序代码|聊天机器|游戏引擎|脚本|网络服务|缓存|队列|循环|类型系统|测试套件
终端|编译器|堆栈|键盘|调试器|提交
编程教程|调试|网页应用|数据库|算法|开源|命令行|机器学习
健身 | do
温和|晨间|晚间|高强度|假日|公园|户外|新手|正念|均衡|每日|亲子
瑜伽|拉伸|俯卧撑|太极|呼吸练习|深蹲|平板支撑|慢跑|核心训练|背部护理|跳绳|气功|普拉提|放松运动
瑜伽垫|呼吸|拉伸|平衡|健身房|日出
瑜伽|背痛|居家锻炼|拉伸|跑步计划|太极|冥想|腹肌
"""
