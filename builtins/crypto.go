package builtins

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"math"
	"math/big"
	"slices"

	"github.com/seqvm/seqvm/internal/memory"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// cryptoWords: chapter 6, section 10. All is Go's standard library; the random
// source is the system's.
var cryptoWords = []Word{
	{Name: "crypto.sha256", Effect: "( ..a String -- ..a String )", Doc: "The SHA-256 of a string in hex.", Run: func(s *vm.Strand, w []stack.Value) error {
		w[0] = hashed(s, sha256.New(), w[0])
		return nil
	}},
	{Name: "crypto.hmac-sha256", Effect: "( ..a String String -- ..a String )", Doc: "The HMAC-SHA-256 of the message below the key, in hex.", Run: func(s *vm.Strand, w []stack.Value) error {
		w[0] = hashed(s, hmac.New(sha256.New, w[1].AsBytes()), w[0])
		return nil
	}},
	{Name: "crypto.constant-time-eq", Effect: "( ..a String String -- ..a Bool )", Doc: "Are the strings equal? The time does not tell where they differ.", Run: func(_ *vm.Strand, w []stack.Value) error {
		w[0] = stack.FromBool(subtle.ConstantTimeCompare(w[0].AsBytes(), w[1].AsBytes()) == 1)
		return nil
	}},
	{Name: "crypto.random-bytes", Effect: "( ..a Int -- ..a String )", Doc: "Up to 1024 random bytes in hex.", Run: randomBytes},
	{Name: "crypto.random-int", Effect: "( ..a Int Int -- ..a Int )", Doc: "A random Int from the lower bound up to below the upper one on top.", Run: randomInt},
	{Name: "crypto.uuid4", Effect: "( ..a -- ..a String )", Doc: "A random UUID, version 4.", Run: func(_ *vm.Strand, w []stack.Value) error {
		var b [16]byte
		_, _ = rand.Read(b[:]) // never fails
		b[6] = b[6]&0x0f | 0x40
		b[8] = b[8]&0x3f | 0x80
		w[0] = stack.FromASCII(fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]))
		return nil
	}},
	{Name: "crypto.aes-gcm-encrypt", Effect: "( ..a String String -- ..a String Bool )", Doc: "Encrypts a string by AES-256-GCM with a key of 64 hex digits; base64 of nonce, text and tag. False for a bad key.", Flag: "whether the key is valid", Run: seal},
	{Name: "crypto.aes-gcm-decrypt", Effect: "( ..a String String -- ..a String Bool )", Doc: "Decrypts what crypto.aes-gcm-encrypt made; false if anything is wrong with it.", Flag: "whether the text could be decrypted", Run: unseal},
	{Name: "crypto.pbkdf2-sha256", Effect: "( ..a String String Int -- ..a String Bool )", Doc: "A key of 32 bytes in hex from a password, a salt and a count of iterations; false below 1000.", Flag: "whether the count of iterations is allowed", Run: deriveKey},
	{Name: "crypto.ed25519-keypair", Effect: "( ..a -- ..a String String )", Doc: "A new public key and, on top, its private key, in hex.", Run: func(_ *vm.Strand, w []stack.Value) error {
		public, private, err := ed25519.GenerateKey(nil)
		if err != nil {
			return vm.Fail("no randomness: %v", err)
		}
		w[0], w[1] = inHex(public), inHex(private.Seed())
		return nil
	}},
	{Name: "crypto.ed25519-sign", Effect: "( ..a String String -- ..a String Bool )", Doc: "The signature of a message by a private key, in hex; false for a bad key.", Flag: "whether the key is valid", Run: func(_ *vm.Strand, w []stack.Value) error {
		seed, ok := fromHex(w[1], ed25519.SeedSize)
		signature := stack.FromString("")
		if ok {
			signature = inHex(ed25519.Sign(ed25519.NewKeyFromSeed(seed), w[0].AsBytes()))
		}
		flagged(w, signature, ok)
		return nil
	}},
	{Name: "crypto.ed25519-verify", Effect: "( ..a String String String -- ..a Bool )", Doc: "Is the signature that of the message by the private key of the public key on top?", Run: func(_ *vm.Strand, w []stack.Value) error {
		signature, signed := fromHex(w[1], ed25519.SignatureSize)
		public, known := fromHex(w[2], ed25519.PublicKeySize)
		w[0] = stack.FromBool(signed && known && ed25519.Verify(public, w[0].AsBytes(), signature))
		return nil
	}},
}

// hashed is what a hash makes of a String, in hex.
func hashed(s *vm.Strand, h hash.Hash, text stack.Value) stack.Value {
	InPieces(s, text.AsBytes(), func(b []byte) { h.Write(b) })
	return inHex(h.Sum(nil))
}

func inHex(b []byte) stack.Value { return stack.FromASCII(hex.EncodeToString(b)) }

// fromHex decodes exactly n bytes from hex digits of either case.
func fromHex(v stack.Value, n int) ([]byte, bool) {
	text := v.AsString()
	if len(text) != 2*n {
		return nil, false
	}
	b, err := hex.DecodeString(text)
	return b, err == nil
}

// FromBase64 decodes canonical base64 with padding (chapter 6, section 10).
func FromBase64(s *vm.Strand, v stack.Value) ([]byte, bool) { return base64Strict.decode(s, v) }

// InBase64 returns bytes as canonical base64 with padding.
func InBase64(s *vm.Strand, b []byte) stack.Value { return base64Strict.encode(s, b) }

// maxRandomBytes is the largest count of crypto.random-bytes.
const maxRandomBytes = 1024

func randomBytes(_ *vm.Strand, w []stack.Value) error {
	n := w[0].AsInt()
	if n < 0 || n > maxRandomBytes {
		return vm.Fail("the count must be 0 to %d, got %d", maxRandomBytes, n)
	}
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	w[0] = inHex(b)
	return nil
}

func randomInt(_ *vm.Strand, w []stack.Value) error {
	low, high := w[0].AsInt(), w[1].AsInt()
	if low >= high {
		return nil
	}
	span := new(big.Int).Sub(big.NewInt(high), big.NewInt(low))
	n, err := rand.Int(rand.Reader, span)
	if err != nil {
		return vm.Fail("no randomness: %v", err)
	}
	w[0] = stack.FromInt(n.Add(n, big.NewInt(low)).Int64())
	return nil
}

const aesKeySize = 32

// sealer returns the cipher of a key in hex; nil for a bad one.
func sealer(key stack.Value) cipher.AEAD {
	raw, ok := fromHex(key, aesKeySize)
	if !ok {
		return nil
	}
	block, err := aes.NewCipher(raw)
	if err != nil {
		return nil
	}
	// Nonces of its own: what it seals starts with a random one, as the format asks.
	gcm, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil
	}
	return gcm
}

func seal(s *vm.Strand, w []stack.Value) error {
	gcm := sealer(w[1])
	if gcm == nil {
		flagged(w, stack.FromString(""), false)
		return nil
	}
	memory.Ask(len(w[0].AsBytes()))
	flagged(w, InBase64(s, gcm.Seal(nil, nil, w[0].AsBytes(), nil)), true)
	return nil
}

func unseal(s *vm.Strand, w []stack.Value) error {
	gcm := sealer(w[1])
	sealed, ok := FromBase64(s, w[0])
	if gcm == nil || !ok {
		flagged(w, stack.FromString(""), false)
		return nil
	}
	memory.Ask(len(sealed))
	text, err := gcm.Open(nil, nil, sealed, nil)
	if err != nil {
		text = nil
	}
	flagged(w, stack.FromOwned(text), err == nil)
	return nil
}

// minIterations is the smallest count of crypto.pbkdf2-sha256.
const minIterations = 1000

func deriveKey(s *vm.Strand, w []stack.Value) error {
	n := w[2].AsInt()
	if n < minIterations || n > math.MaxUint32 {
		flagged(w, stack.FromString(""), false)
		return nil
	}
	flagged(w, inHex(pbkdf2SHA256(s, w[0].AsBytes(), w[1].AsBytes(), n)), true)
	return nil
}

// pbkdf2SHA256 is PBKDF2 with HMAC-SHA-256 for a key as long as the hash, which is the first block T_1 (RFC 8018, section 5.2). That of Go
// cannot be stopped, and counts go up to hours.
func pbkdf2SHA256(s *vm.Strand, password, salt []byte, iterations int64) []byte {
	const between = 1 << 12 // iterations: about a millisecond
	prf := hmac.New(sha256.New, password)
	prf.Write(salt)
	prf.Write(binary.BigEndian.AppendUint32(nil, 1))
	u := prf.Sum(nil)
	key := slices.Clone(u)
	for i := int64(1); i < iterations; i++ {
		if i%between == 1 {
			s.Heed()
		}
		prf.Reset()
		prf.Write(u)
		u = prf.Sum(u[:0])
		subtle.XORBytes(key, key, u)
	}
	return key
}
