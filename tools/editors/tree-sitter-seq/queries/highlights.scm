; Made by package tools/editors: make grammars

(comment) @comment
(string) @string
(escape_sequence) @string.escape
(symbol) @string.special.symbol
(number) @number
(boolean) @boolean
["[" "]" "{" "}"] @punctuation.bracket
(call name: (word) @variable)
["," "->"] @operator
(union_field ":" @operator)
(type_name) @type
(union name: (word) @type)
(variant name: (word) @type)
(pattern name: (word) @type)
"Closure" @type
"Yield" @type
(row_variable) @variable.parameter
(effect ["(" ")" "--" "|"] @punctuation.special)
(quotation_type "--" @punctuation.special)
(union_field name: (word) @property)
(binding) @property
(module) @module
(definition name: (word) @function)
(definition [":" ";"] @keyword.function)
["match" "end" "if" "else" "then" "union" "include"] @keyword

((call name: (word) @operator)
  (#match? @operator "^[^a-zA-Z0-9]+$"))
((call name: (word) @type)
  (#match? @type "^[A-Z]"))
((call name: (word) @function.builtin)
  (#any-of? @function.builtin
    "2dup" "3drop" ">aux" "and" "args.at" "args.count" "aux>" "band" "bi" "bnot" "bor" "bxor"
    "call" "chan.close" "chan.make" "chan.receive" "chan.send" "chan.yield" "char->string" "clz"
    "compress.gunzip" "compress.gzip" "compress.gzip-level" "compress.unzstd" "compress.zstd"
    "compress.zstd-level" "cond" "crypto.aes-gcm-decrypt" "crypto.aes-gcm-encrypt"
    "crypto.constant-time-eq" "crypto.ed25519-keypair" "crypto.ed25519-sign"
    "crypto.ed25519-verify" "crypto.hmac-sha256" "crypto.pbkdf2-sha256" "crypto.random-bytes"
    "crypto.random-int" "crypto.sha256" "crypto.uuid4" "ctz" "dip" "dir.delete" "dir.exists?"
    "dir.list" "dir.make" "drop" "dup" "encoding.base64-decode" "encoding.base64-encode"
    "encoding.base64url-decode" "encoding.base64url-encode" "encoding.hex-decode"
    "encoding.hex-encode" "f.*" "f.+" "f.-" "f./" "f.<" "f.<=" "f.<>" "f.=" "f.>" "f.>=" "f.acos"
    "f.add" "f.asin" "f.atan" "f.atan2" "f.cbrt" "f.ceil" "f.cos" "f.divide" "f.e" "f.eq" "f.exp"
    "f.floor" "f.gt" "f.gte" "f.ln" "f.log10" "f.log2" "f.lt" "f.lte" "f.multiply" "f.neq" "f.pi"
    "f.pow" "f.round" "f.sin" "f.sqrt" "f.subtract" "f.tan" "f.tau" "f.trunc" "fd->socket"
    "file.append" "file.delete" "file.exists?" "file.for-each-line" "file.size" "file.slurp"
    "file.spit" "float->int" "float->string" "float.to-bytes-f32-be" "i.%" "i.*" "i.+" "i.-" "i./"
    "i.<" "i.<=" "i.<>" "i.=" "i.>" "i.>=" "i.add" "i.divide" "i.eq" "i.gt" "i.gte" "i.lt" "i.lte"
    "i.modulo" "i.multiply" "i.neg" "i.neq" "i.pow" "i.subtract" "int->float" "int->string"
    "int-bits" "int.to-bytes-i32-be" "io.read-line" "io.read-n" "io.write" "io.write-line" "keep"
    "list.each" "list.empty?" "list.filter" "list.first" "list.fold" "list.get" "list.last"
    "list.length" "list.make" "list.map" "list.push" "list.reverse" "list.set" "map.each"
    "map.empty?" "map.fold" "map.get" "map.has?" "map.keys" "map.make" "map.remove" "map.set"
    "map.size" "map.values" "negate" "net.dns.resolve" "net.http.delete" "net.http.get"
    "net.http.post" "net.http.put" "net.tcp.accept" "net.tcp.close" "net.tcp.connect"
    "net.tcp.listen" "net.tcp.local-port" "net.tcp.read" "net.tcp.write" "net.tls.client"
    "net.udp.bind" "net.udp.close" "net.udp.receive-from" "net.udp.send-to" "nip" "not" "or"
    "os.arch" "os.current-dir" "os.exit" "os.getenv" "os.home-dir" "os.name" "os.path-exists"
    "os.path-filename" "os.path-is-dir" "os.path-is-file" "os.path-join" "os.path-parent" "over"
    "pick" "popcount" "regex.captures" "regex.find" "regex.find-all" "regex.match?" "regex.replace"
    "regex.replace-all" "regex.split" "regex.valid?" "roll" "rot" "shl" "shr" "signal.SIGALRM"
    "signal.SIGCHLD" "signal.SIGCONT" "signal.SIGHUP" "signal.SIGINT" "signal.SIGPIPE"
    "signal.SIGTERM" "signal.SIGUSR1" "signal.SIGUSR2" "signal.clear" "signal.default"
    "signal.ignore" "signal.pending?" "signal.received?" "signal.trap" "socket->fd" "son.dump"
    "son.dump-pretty" "stack.dump" "strand.resume" "strand.spawn" "strand.weave"
    "strand.weave-cancel" "string->float" "string->int" "string->symbol" "string.byte-length"
    "string.char-at" "string.chomp" "string.concat" "string.contains" "string.empty?"
    "string.equal?" "string.find" "string.join" "string.json-escape" "string.length" "string.split"
    "string.starts-with" "string.substring" "string.to-lower" "string.to-upper" "string.trim"
    "swap" "symbol->string" "symbol.=" "terminal.flush" "terminal.height" "terminal.raw-mode"
    "terminal.read-char" "terminal.read-char?" "terminal.width" "test.assert" "test.assert-eq"
    "test.assert-eq-str" "test.assert-not" "test.fail" "test.fail-count" "test.finish"
    "test.has-failures" "test.init" "test.pass-count" "test.set-name" "time.nanos" "time.now"
    "time.sleep-ms" "tuck" "variant.append" "variant.field-at" "variant.field-count"
    "variant.first" "variant.init" "variant.last" "variant.make-0" "variant.make-1"
    "variant.make-10" "variant.make-11" "variant.make-12" "variant.make-2" "variant.make-3"
    "variant.make-4" "variant.make-5" "variant.make-6" "variant.make-7" "variant.make-8"
    "variant.make-9" "variant.tag" "wrap-0" "wrap-1" "wrap-10" "wrap-11" "wrap-12" "wrap-2"
    "wrap-3" "wrap-4" "wrap-5" "wrap-6" "wrap-7" "wrap-8" "wrap-9" "yield"
  ))
