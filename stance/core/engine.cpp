#include "engine.hpp"

#ifdef STANCE_AVX2
#include <cpuid.h>
#endif

namespace stance {

namespace {

bool has_avx2() {
#ifdef STANCE_AVX2
    unsigned a, b, c, d;  // not every compiler knows "f16c" by name
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
           __get_cpuid(1, &a, &b, &c, &d) && (c & bit_F16C);
#else
    return false;
#endif
}

bool use_avx2 = has_avx2();

}  // namespace

const char* instructions() { return use_avx2 ? "avx2" : "baseline"; }

bool set_instructions(const std::string& name) {
    if (name != "baseline" && !(name == "avx2" && has_avx2())) return false;
    use_avx2 = name == "avx2";
    return true;
}

void fold(Block& block, const u32* columns) {
#ifdef STANCE_AVX2
    if (use_avx2) return avx2::fold(block, columns);
#endif
    baseline::fold(block, columns);
}

std::string nltk_text(const std::string& text, bool directly) {
#ifdef STANCE_AVX2
    if (use_avx2) return avx2::nltk_text(text, directly);
#endif
    return baseline::nltk_text(text, directly);
}

Engine::Engine(const std::vector<BlockPlan>& plans, const double* intercept, size_t n_outputs)
    : intercept_(intercept), n_outputs_(n_outputs) {
    for (const BlockPlan& plan : plans) {
        blocks_.push_back(std::make_unique<Block>());
        build(*blocks_.back(), plan);
        const Cleaning& wanted = plan.cleaning;
        size_t i = 0;
        while (i < cleanings_.size() && !cleanings_[i].same_bytes(wanted)) ++i;
        if (i == cleanings_.size()) cleanings_.push_back(wanted);
        cleanings_[i].word_bits |= wanted.word_bits;
        cleanings_[i].solid_bits |= wanted.solid_bits;
        blocks_.back()->cleaning = i;
    }
}

void Engine::score(const Text* texts, size_t n, float* out, Scratch& scratch) const {
#ifdef STANCE_AVX2
    if (use_avx2) return avx2::score(*this, texts, n, out, scratch);
#endif
    baseline::score(*this, texts, n, out, scratch);
}

void Engine::score(const Text* texts, size_t n, double* out, Scratch& scratch) const {
#ifdef STANCE_AVX2
    if (use_avx2) return avx2::score(*this, texts, n, out, scratch);
#endif
    baseline::score(*this, texts, n, out, scratch);
}

std::unique_ptr<Scratch> Engine::borrow() const {
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (!store_.empty()) {
            auto scratch = std::move(store_.back());
            store_.pop_back();
            return scratch;
        }
    }
    auto scratch = std::make_unique<Scratch>();
    scratch->cleans.resize(cleanings_.size());
    scratch->counts.resize(blocks_.size());
    scratch->memos.resize(blocks_.size());
    return scratch;
}

void Engine::give_back(std::unique_ptr<Scratch> scratch) const {
    scratch->shrink();
    const std::lock_guard<std::mutex> lock(mutex_);
    store_.push_back(std::move(scratch));
}

}  // namespace stance
