console.log('no calls here')
