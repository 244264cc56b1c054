" Vim syntax file for Seq. Made by package tools/editors: make grammars
if exists("b:current_syntax")
  finish
endif
let s:cpo_save = &cpo
set cpo&vim

syn iskeyword 33,36-39,42-43,45-57,60-90,92,94-122,124,126,128-159,161-255
syn sync minlines=200

syn match seqOperator "\k\+"
syn match seqWord "\k*[[:alpha:][:digit:]\x80-\uffff]\k*"
syn match seqType "\<\u\k*"
syn match seqNumber "\<[+-]\=\%(\d\+\.\=\d*\|\.\d\+\)\%([eE][+-]\=\d\+\)\=\k\@!"
syn match seqNumber "\<0[xXbB]\k*"
syn match seqOperator ","
syn match seqBracket "[][{}]"
syn match seqField "\k\+\ze\s*:\s*\u" contained
syn match seqField ">\k\+" contained
syn match seqOperator ":" contained containedin=seqBraces
syn region seqBraces matchgroup=seqBracket start="{" end="}\|\ze;" contains=seqField,seqBraces,seqOperator,seqType,seqWord,seqComment,seqString
syn match seqSymbol ":\s*\k\+"
syn match seqDefiner "[:;]\ze\%(\s\|$\)"
syn match seqDefiner ";"
syn match seqDefinition ":\s\+\k\+"hs=s+1 contains=seqDefiner
syn match seqDefinition ":\k\+\ze\s*("hs=s+1 contains=seqDefiner
syn match seqModule "\<\%(std\|vm\|ffi\)\s*:\s*\k\+" contained
syn region seqEffect matchgroup=seqEffectMark start="(" end=")\|\ze[:;]" contains=seqRow,seqEffectType,seqEffectSign,seqBracket,seqComment
syn match seqEffectType "\k\+" contained
syn match seqEffectSign "\<\%(--\||\)\k\@!" contained
syn match seqRow "\.\.\k\+" contained
syn region seqString start=+"+ skip=+\\.+ end=+"+ contains=seqEscape,seqBadEscape
syn match seqBadEscape "\\\%(x\x\=\|.\)" contained
syn match seqEscape "\\\%(["\\nrt]\|x\x\x\)" contained
syn match seqComment "#.*$" contains=@Spell

syn keyword seqKeyword match end if else then
syn keyword seqKeyword nextgroup=seqModule skipwhite union include
syn keyword seqBoolean true false
syn keyword seqBuiltin 2dup 3drop >aux and args.at args.count aux> band bi bnot bor bxor call
syn keyword seqBuiltin chan.close chan.make chan.receive chan.send chan.yield char->string clz
syn keyword seqBuiltin compress.gunzip compress.gzip compress.gzip-level compress.unzstd
syn keyword seqBuiltin compress.zstd compress.zstd-level cond crypto.aes-gcm-decrypt
syn keyword seqBuiltin crypto.aes-gcm-encrypt crypto.constant-time-eq crypto.ed25519-keypair
syn keyword seqBuiltin crypto.ed25519-sign crypto.ed25519-verify crypto.hmac-sha256
syn keyword seqBuiltin crypto.pbkdf2-sha256 crypto.random-bytes crypto.random-int crypto.sha256
syn keyword seqBuiltin crypto.uuid4 ctz dip dir.delete dir.exists? dir.list dir.make drop dup
syn keyword seqBuiltin encoding.base64-decode encoding.base64-encode encoding.base64url-decode
syn keyword seqBuiltin encoding.base64url-encode encoding.hex-decode encoding.hex-encode f.* f.+
syn keyword seqBuiltin f.- f./ f.< f.<= f.<> f.= f.> f.>= f.acos f.add f.asin f.atan f.atan2 f.cbrt
syn keyword seqBuiltin f.ceil f.cos f.divide f.e f.eq f.exp f.floor f.gt f.gte f.ln f.log10 f.log2
syn keyword seqBuiltin f.lt f.lte f.multiply f.neq f.pi f.pow f.round f.sin f.sqrt f.subtract f.tan
syn keyword seqBuiltin f.tau f.trunc fd->socket file.append file.delete file.exists?
syn keyword seqBuiltin file.for-each-line file.size file.slurp file.spit float->int float->string
syn keyword seqBuiltin float.to-bytes-f32-be i.% i.* i.+ i.- i./ i.< i.<= i.<> i.= i.> i.>= i.add
syn keyword seqBuiltin i.divide i.eq i.gt i.gte i.lt i.lte i.modulo i.multiply i.neg i.neq i.pow
syn keyword seqBuiltin i.subtract int->float int->string int-bits int.to-bytes-i32-be io.read-line
syn keyword seqBuiltin io.read-n io.write io.write-line keep list.each list.empty? list.filter
syn keyword seqBuiltin list.first list.fold list.get list.last list.length list.make list.map
syn keyword seqBuiltin list.push list.reverse list.set map.each map.empty? map.fold map.get
syn keyword seqBuiltin map.has? map.keys map.make map.remove map.set map.size map.values negate
syn keyword seqBuiltin net.dns.resolve net.http.delete net.http.get net.http.post net.http.put
syn keyword seqBuiltin net.tcp.accept net.tcp.close net.tcp.connect net.tcp.listen
syn keyword seqBuiltin net.tcp.local-port net.tcp.read net.tcp.write net.tls.client net.udp.bind
syn keyword seqBuiltin net.udp.close net.udp.receive-from net.udp.send-to nip not or os.arch
syn keyword seqBuiltin os.current-dir os.exit os.getenv os.home-dir os.name os.path-exists
syn keyword seqBuiltin os.path-filename os.path-is-dir os.path-is-file os.path-join os.path-parent
syn keyword seqBuiltin over pick popcount regex.captures regex.find regex.find-all regex.match?
syn keyword seqBuiltin regex.replace regex.replace-all regex.split regex.valid? roll rot shl shr
syn keyword seqBuiltin signal.SIGALRM signal.SIGCHLD signal.SIGCONT signal.SIGHUP signal.SIGINT
syn keyword seqBuiltin signal.SIGPIPE signal.SIGTERM signal.SIGUSR1 signal.SIGUSR2 signal.clear
syn keyword seqBuiltin signal.default signal.ignore signal.pending? signal.received? signal.trap
syn keyword seqBuiltin socket->fd son.dump son.dump-pretty stack.dump strand.resume strand.spawn
syn keyword seqBuiltin strand.weave strand.weave-cancel string->float string->int string->symbol
syn keyword seqBuiltin string.byte-length string.char-at string.chomp string.concat string.contains
syn keyword seqBuiltin string.empty? string.equal? string.find string.join string.json-escape
syn keyword seqBuiltin string.length string.split string.starts-with string.substring
syn keyword seqBuiltin string.to-lower string.to-upper string.trim swap symbol->string symbol.=
syn keyword seqBuiltin terminal.flush terminal.height terminal.raw-mode terminal.read-char
syn keyword seqBuiltin terminal.read-char? terminal.width test.assert test.assert-eq
syn keyword seqBuiltin test.assert-eq-str test.assert-not test.fail test.fail-count test.finish
syn keyword seqBuiltin test.has-failures test.init test.pass-count test.set-name time.nanos
syn keyword seqBuiltin time.now time.sleep-ms tuck variant.append variant.field-at
syn keyword seqBuiltin variant.field-count variant.first variant.init variant.last variant.make-0
syn keyword seqBuiltin variant.make-1 variant.make-10 variant.make-11 variant.make-12
syn keyword seqBuiltin variant.make-2 variant.make-3 variant.make-4 variant.make-5 variant.make-6
syn keyword seqBuiltin variant.make-7 variant.make-8 variant.make-9 variant.tag wrap-0 wrap-1
syn keyword seqBuiltin wrap-10 wrap-11 wrap-12 wrap-2 wrap-3 wrap-4 wrap-5 wrap-6 wrap-7 wrap-8
syn keyword seqBuiltin wrap-9 yield

hi def link seqComment Comment
hi def link seqString String
hi def link seqEscape SpecialChar
hi def link seqBadEscape Error
hi def link seqSymbol Constant
hi def link seqNumber Number
hi def link seqBoolean Boolean
hi def link seqDefiner Define
hi def link seqDefinition Function
hi def link seqKeyword Keyword
hi def link seqType Type
hi def link seqEffectType Type
hi def link seqRow Identifier
hi def link seqEffectMark Delimiter
hi def link seqEffectSign Delimiter
hi def link seqBracket Delimiter
hi def link seqField Identifier
hi def link seqModule Include
hi def link seqOperator Operator
hi def link seqBuiltin Special

let b:current_syntax = "seq"
let &cpo = s:cpo_save
unlet s:cpo_save
